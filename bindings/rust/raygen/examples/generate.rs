//! Sentences to PNG files: cargo run --example generate -- MODEL OUT SENTENCE…

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (model, out, prompts) = match arguments.as_slice() {
        [model, out, prompts @ ..] => (model, out, prompts),
        _ => return Err("usage: generate MODEL OUT SENTENCE…".into()),
    };
    std::fs::create_dir_all(out)?;
    let model = raygen::Model::open(model, &raygen::ModelOptions::default())?;
    let options = raygen::Options { seed: 7, ..Default::default() };
    let made = raygen::Generator::new(&model)?.generate_with(prompts, &options, |now| {
        eprint!("\rimage {} of {}: step {} of {}", now.image_number + 1, now.image_count, now.step, now.steps);
        true
    })?;
    eprintln!();
    for (i, each) in made.iter().enumerate() {
        let path = format!("{out}/{i:05}.png");
        each.image.write_png(&path, 8)?;
        println!("{path}: {}", each.image.text("Description").unwrap_or_default());
    }
    Ok(())
}

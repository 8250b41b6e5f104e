//! On the model that is shipped, or the one in RAYGEN_MODEL.

use raygen::{Encoder, Generator, Image, Job, MaskedDecoder, Model, ModelOptions, Options, Sampler, Status, TextEncoder};
use std::path::PathBuf;

const PROMPT: &str = "Moderate left pleural effusion.";

fn model() -> Model {
    let path = std::env::var_os("RAYGEN_MODEL")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../models/phantom-128"));
    Model::open(path, &ModelOptions { device: raygen::Device::Cpu, ..Default::default() }).unwrap()
}

fn tokens(model: &Model, options: &Options) -> Vec<i32> {
    Generator::new(model).unwrap().generate(&[PROMPT], options).unwrap().remove(0).tokens
}

#[test]
fn guidance_and_position_choice_change_what_is_drawn() {
    let model = model();
    let plain = tokens(&model, &fast());
    assert_ne!(tokens(&model, &Options { guidance_scale: 3.0, ..fast() }), plain);
    assert_ne!(tokens(&model, &Options { position_choice: raygen::PositionChoice::Random, ..fast() }), plain);
}

fn fast() -> Options<'static> {
    Options { seed: 7, steps: 4, ..Default::default() }
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("raygen-rust-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn generates_and_writes_and_reads() {
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    let made = generator.generate(&[PROMPT, "No acute process."], &Options { images_per_prompt: 2, batch_size: 3, ..fast() }).unwrap();
    assert_eq!(made.len(), 4);
    let again = generator.generate(&["No acute process."], &Options { first_image: 3, ..fast() }).unwrap();
    assert_eq!(made[3].tokens, again[0].tokens);
    assert_eq!(made[3].image.pixels(), again[0].image.pixels());
    assert_ne!(made[2].tokens, made[3].tokens);
    assert_eq!(made[0].image.text("Description").as_deref(), Some(PROMPT));
    assert_eq!(made[0].image.width(), model.info().image_size);
    let path = folder("png").join("image.png");
    made[0].image.write_png(&path, 16).unwrap();
    let back = Image::read(&path).unwrap();
    assert_eq!(back.text("raygen"), made[0].image.text("raygen"));
    assert!(back.pixels().iter().zip(made[0].image.pixels()).all(|(a, b)| (a - b).abs() < 1e-4));
    assert!(generator.memory() > 0);
    generator.trim();
}

#[test]
fn the_loop_as_an_iterator_equals_the_generator() {
    let model = model();
    let mut decoder = MaskedDecoder::new(&model).unwrap();
    let text = TextEncoder::new(&model).unwrap().encode(&[PROMPT]).unwrap();
    assert_eq!(text.input_ids().len(), model.info().text_length);
    assert_eq!(text.attention_mask().iter().sum::<i32>() as usize, text.token_count(0));
    let condition = decoder.condition(&text).unwrap();
    let mut sampler = Sampler::new(&model, 1, &fast()).unwrap();
    let steps: Vec<_> = sampler.steps(&mut decoder, &condition).collect::<raygen::Result<_>>().unwrap();
    assert_eq!(steps.iter().map(|step| step.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(steps[3].masked_count, 0);
    let expected = Generator::new(&model).unwrap().generate(&[PROMPT], &fast()).unwrap();
    assert_eq!(steps[3].tokens, expected[0].tokens);
    let mut codec = Encoder::new(&model).unwrap();
    let image = codec.decode(&steps[3].tokens).unwrap();
    assert!(image.pixels().iter().zip(expected[0].image.pixels()).all(|(a, b)| (a - b).abs() < 1e-6));
    assert_eq!(codec.encode(&image).unwrap().len(), model.info().tokens());
    assert_eq!(codec.features(&image).unwrap().len(), model.info().tokens() * model.info().feature_channels);
}

#[test]
fn progress_cancels_and_panics_come_through() {
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    let expected = generator.generate(&[PROMPT], &fast()).unwrap();
    let mut steps = Vec::new();
    let options = Options { preview: true, ..fast() };
    generator
        .generate_with(&[PROMPT], &options, |now| {
            steps.push(now.step);
            assert_eq!(now.preview.unwrap().3.len(), expected[0].image.pixels().len());
            true
        })
        .unwrap();
    assert_eq!(steps, [1, 2, 3, 4]);
    for stop in 1..=3 {
        let error = generator.generate_with(&[PROMPT], &fast(), |now| now.step < stop).unwrap_err();
        assert_eq!(error.status, Status::Cancelled);
    }
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = generator.generate_with(&[PROMPT], &fast(), |_| panic!("in the callback"));
    }));
    assert_eq!(*panicked.unwrap_err().downcast_ref::<&str>().unwrap(), "in the callback");
    assert_eq!(generator.generate(&[PROMPT], &fast()).unwrap()[0].tokens, expected[0].tokens);
}

#[test]
fn a_job_cancels_and_models_are_shared() {
    fn shared<T: Send + Sync>(_: &T) {}
    fn movable<T: Send>(_: &T) {}
    let (model, job) = (model(), Job::new().unwrap());
    shared(&model);
    shared(&job);
    movable(&Generator::new(&model).unwrap());
    let options = Options { seed: 7, steps: 4, ..Default::default() };
    let expected = Generator::new(&model).unwrap().generate(&[PROMPT], &options).unwrap().remove(0).tokens;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let made = Generator::new(&model).unwrap().generate(&[PROMPT], &options).unwrap();
                assert_eq!(made[0].tokens, expected);
            });
        }
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            job.cancel();
        });
        let many = vec![PROMPT; 500];
        let error = Generator::new(&model).unwrap().generate(&many, &Options { job: Some(&job), ..Default::default() }).unwrap_err();
        assert_eq!(error.status, Status::Cancelled);
    });
    assert!(job.is_cancelled());
}

#[test]
fn errors_say_what_and_where() {
    let error = Model::open("/nowhere/model", &ModelOptions::default()).unwrap_err();
    assert_eq!(error.status, Status::Io);
    assert!(error.to_string().contains("/nowhere/model"));
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    assert_eq!(generator.generate::<&str>(&[], &fast()).unwrap_err().status, Status::InvalidArgument);
    assert_eq!(generator.generate(&[PROMPT], &Options { steps: 0, ..fast() }).unwrap_err().status, Status::InvalidArgument);
    let mut decoder = MaskedDecoder::new(&model).unwrap();
    assert_eq!(decoder.condition_of(&[0.0; 5], 1, 2, 3).unwrap_err().status, Status::InvalidArgument);
    let text = TextEncoder::new(&model).unwrap().encode(&[PROMPT]).unwrap();
    let condition = decoder.condition(&text).unwrap();
    assert_eq!(decoder.logits(&[0, 1], &condition, None).unwrap_err().status, Status::InvalidArgument);
    let count = model.info().tokens() as i32;
    let tokens = vec![0; count as usize];
    assert_eq!(decoder.logits(&tokens, &condition, Some(&[count])).unwrap_err().status, Status::InvalidArgument);
    assert_eq!(Encoder::new(&model).unwrap().decode(&[-1]).unwrap_err().status, Status::InvalidArgument);
    assert_eq!(Image::new(2, 2, 1, &[0.0; 3]).unwrap_err().status, Status::InvalidArgument);
    assert_eq!(Image::new(2, 2, 2, &[0.0; 8]).unwrap_err().status, Status::InvalidArgument);
    assert_eq!(Image::new(1, 1, 1, &[f32::NAN]).unwrap_err().status, Status::InvalidArgument);
    let mut sampler = Sampler::new(&model, 1, &fast()).unwrap();
    assert_eq!(sampler.step(&[0.0]).unwrap_err().status, Status::InvalidArgument);
    assert!(raygen::training_config("vqgan: {loop: {step: 5}}", &[]).unwrap_err().message.contains("steps"));
    assert!(raygen::training_config("", &["vqgan.loop.steps=77"]).unwrap().contains("steps: 77"));
}

#[test]
fn phantoms() {
    let out = folder("phantoms");
    raygen::write_phantoms(&out, 1, 0, 2, 64).unwrap();
    let image = Image::read(out.join("images/P000001.png")).unwrap();
    assert_eq!((image.width(), image.height(), image.grey().unwrap().channels()), (64, 64, 1));
}

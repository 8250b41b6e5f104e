//! On the model that is shipped, or the one in RAYGEN_MODEL.

use raygen::{dicom_uid, DicomClass, DicomOptions, Edit, Encoder, Generator, Image, Job, Limits, MaskedDecoder, Model, ModelOptions, Options, Sampler, Sampling, Status, TextEncoder};
use std::path::PathBuf;

const PROMPT: &str = "Moderate left pleural effusion.";

fn folder_of_the_model() -> PathBuf {
    std::env::var_os("RAYGEN_MODEL")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../models/phantom-128"))
}

fn model_with(options: &ModelOptions) -> Model {
    Model::open(folder_of_the_model(), options).unwrap()
}

fn model() -> Model {
    model_with(&ModelOptions { device: raygen::Device::Cpu, ..Default::default() })
}

fn tokens(model: &Model, options: &Options) -> Vec<i32> {
    Generator::new(model).unwrap().generate(&[PROMPT], options).unwrap().remove(0).tokens
}

#[test]
fn guidance_and_position_choice_change_what_is_drawn() {
    let model = model();
    let plain = tokens(&model, &published());
    let guided = Sampling { guidance_scale: Some(3.0), ..published().sampling };
    assert_ne!(tokens(&model, &Options { sampling: guided, ..fast() }), plain);
    let random = Sampling { position_choice: Some("random".into()), ..published().sampling };
    assert_ne!(tokens(&model, &Options { sampling: random, ..fast() }), plain);
}

/// As the published code, whatever the model says of itself: what a sampler without a model starts from.
fn published() -> Options<'static> {
    Options { sampling: Sampling { preset: Some("raygen".into()), ..fast().sampling }, ..fast() }
}

fn fast() -> Options<'static> {
    Options { seed: 7, sampling: Sampling { steps: Some(4), ..Default::default() }, ..Default::default() }
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
    assert_eq!(made[0].image.encode_png(16).unwrap(), std::fs::read(&path).unwrap());
    let again = Image::read_memory(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
    assert_eq!(again.pixels(), back.pixels());
    let small = Limits { max_pixels: 100, ..Limits::default() };
    assert_eq!(Image::read_within(&path, &small).unwrap_err().status, Status::Limit);
    assert!(generator.memory() > 0);
    generator.trim();
}

#[test]
fn a_config_a_preset_and_fields_say_how_images_are_sampled() {
    let model = model();
    let with = |config: &str, overrides: &[&str], sampling: Sampling| Options {
        seed: 7,
        config: config.into(),
        overrides: overrides.iter().map(|each| each.to_string()).collect(),
        sampling,
        ..Default::default()
    };
    let expected = tokens(&model, &fast());
    assert_eq!(tokens(&model, &with("steps: 4", &[], Sampling::default())), expected);
    assert_eq!(tokens(&model, &with("{\"steps\": 9}", &["steps=8", "steps=4"], Sampling::default())), expected);
    assert_eq!(tokens(&model, &with("steps: 9", &["steps=4"], Sampling { steps: Some(8), ..Default::default() })), expected);
    let settings = model.settings(Some(PROMPT), &with("raygen-report", &[], Sampling::default())).unwrap();
    assert!(settings.contains("\"steps\":3") && settings.contains(PROMPT), "{settings}");
    let made = Generator::new(&model).unwrap().generate(&[PROMPT], &fast()).unwrap();
    assert_eq!(made[0].image.text("raygen").unwrap(), model.settings(Some(PROMPT), &fast()).unwrap());
    assert!(raygen::print_config(None, &fast()).unwrap().contains("steps: 4"));
    assert!(raygen::config_schema(raygen::ConfigKind::Sampling).unwrap().contains("guidance_scale"));
    assert!(raygen::config_schema(raygen::ConfigKind::Training).unwrap().contains("vqgan"));
    let error = model.settings(None, &with("stesp: 4", &[], Sampling::default())).unwrap_err();
    assert!(error.message.contains("nearest is steps"), "{error}");
}

#[test]
fn images_of_one_call_have_seeds_and_indices_of_their_own_and_start_where_they_are_told() {
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    let options = Options { seeds: vec![7, 8], indices: vec![0, 5], ..fast() };
    let made = generator.generate(&[PROMPT, PROMPT], &options).unwrap();
    assert_eq!(made[0].tokens, tokens(&model, &fast()));
    assert_eq!(made[1].tokens, tokens(&model, &Options { seed: 8, first_image: 5, ..fast() }));
    let mask = model.info().codebook_size as i32;
    let mut start = made[0].tokens.clone();
    start[10..20].fill(mask);
    let filled = generator.generate(&[PROMPT], &Options { seed: 3, start_tokens: start.clone(), ..fast() }).unwrap().remove(0);
    assert!((0..start.len()).all(|i| start[i] == mask || filled.tokens[i] == start[i]));
    assert!(filled.tokens.iter().all(|&token| token < mask));
    let editable = (0..start.len()).map(|i| (10..20).contains(&i)).collect();
    let same = Options { seed: 3, start_tokens: made[0].tokens.clone(), editable, ..fast() };
    assert_eq!(generator.generate(&[PROMPT], &same).unwrap()[0].tokens, filled.tokens);
    let error = generator.generate(&[PROMPT], &Options { start_tokens: vec![0; 3], ..fast() }).unwrap_err();
    assert!(error.message.contains("start_tokens has 3 values"), "{error}");
}

#[test]
fn a_model_in_memory_is_the_model() {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder_of_the_model()).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.file_name().unwrap().to_str().unwrap().to_string(), std::fs::read(&path).unwrap()));
    }
    let cpu = ModelOptions { device: raygen::Device::Cpu, ..Default::default() };
    let opened = Model::open_memory(files, &cpu).unwrap();
    assert_eq!(opened.digest(), model().digest());
    assert_eq!(tokens(&opened, &fast()), tokens(&model(), &fast()));
    assert!(Model::open_memory(Vec::new(), &cpu).is_err());
    assert_eq!(opened.count_tokens(PROMPT).unwrap(), TextEncoder::new(&opened).unwrap().encode(&[PROMPT]).unwrap().token_count(0));
    let few = ModelOptions { limits: Limits { max_prompt_bytes: 4, ..Limits::default() }, ..cpu };
    let error = model_with(&few).count_tokens(PROMPT).unwrap_err();
    assert_eq!(error.status, Status::Limit);
}

#[test]
fn the_loop_as_an_iterator_equals_the_generator() {
    let model = model();
    let mut decoder = MaskedDecoder::new(&model).unwrap();
    let text = TextEncoder::new(&model).unwrap().encode(&[PROMPT]).unwrap();
    assert_eq!(text.input_ids().len(), model.info().text_length);
    assert_eq!(text.attention_mask().iter().sum::<i32>() as usize, text.token_count(0));
    let condition = decoder.condition(&text).unwrap();
    let mut sampler = Sampler::new(&model, 1, &published()).unwrap();
    let steps: Vec<_> = sampler.steps(&mut decoder, &condition).collect::<raygen::Result<_>>().unwrap();
    assert_eq!(steps.iter().map(|step| step.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(steps[3].masked_count, 0);
    let expected = Generator::new(&model).unwrap().generate(&[PROMPT], &published()).unwrap();
    assert_eq!(steps[3].tokens, expected[0].tokens);
    let mut codec = Encoder::new(&model).unwrap();
    let image = codec.decode(&steps[3].tokens).unwrap();
    assert!(image.pixels().iter().zip(expected[0].image.pixels()).all(|(a, b)| (a - b).abs() < 1e-6));
    let (tokens, features) = codec.encode_with_features(&image).unwrap();
    assert_eq!(codec.encode(&image).unwrap(), tokens);
    assert_eq!((tokens.len(), features.len()), (model.info().tokens(), model.info().tokens() * model.info().feature_channels));
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
    let options = fast();
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
    assert_eq!(generator.generate(&[PROMPT], &Options { sampling: Sampling { steps: Some(0), ..Default::default() }, ..fast() }).unwrap_err().status, Status::InvalidArgument);
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
fn an_image_is_made_again_of_what_it_carries() {
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    let first = generator.generate(&[PROMPT], &Options { first_image: 5, ..fast() }).unwrap();
    let settings = raygen::Settings::of(&first[0].image).unwrap();
    assert_eq!((settings.prompts(), settings.seed(), settings.image()), (vec![PROMPT.to_string()], fast().seed, 5));
    assert!(settings.check_model(&model, false).unwrap().is_empty());
    let again = generator.generate(&settings.prompts(), &settings.options().unwrap()).unwrap();
    assert_eq!(again[0].image.encode_png(8).unwrap(), first[0].image.encode_png(8).unwrap());
    let over = Options { sampling: Sampling { steps: Some(2), ..Default::default() }, ..Default::default() };
    assert!(settings.config(&over).unwrap().contains("\"steps\":2"));
    let plain = Image::new(1, 1, 1, &[0.0]).unwrap();
    assert_eq!(raygen::Settings::of(&plain).unwrap_err().status, Status::Format);
}

#[test]
fn phantoms() {
    let out = folder("phantoms");
    let options = raygen::PhantomOptions { seed: 1, count: 2, size: 64, masks: true, ..Default::default() };
    raygen::write_phantoms(&out, &options).unwrap();
    let image = Image::read(out.join("images/P000001.png")).unwrap();
    assert_eq!((image.width(), image.height(), image.grey().unwrap().channels()), (64, 64, 1));
    let twins = folder("healthy-phantoms");
    raygen::write_phantoms(&twins, &raygen::PhantomOptions { healthy: true, masks: false, ..options }).unwrap();
    let differ = |file: &str| std::fs::read(out.join(file)).unwrap() != std::fs::read(twins.join(file)).unwrap();
    assert!(differ("images/P000000.png") || differ("images/P000001.png"));
    let masks = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().contains("mask"));
    assert!(masks(&out) && !masks(&twins));
}

#[test]
fn a_path_may_be_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let mut name = format!("raygen-{}-caf", std::process::id()).into_bytes();
    name.extend(b"\xe9.png");
    let path = std::env::temp_dir().join(std::ffi::OsStr::from_bytes(&name));
    let image = Image::new(2, 3, 1, &[0.0; 6]).unwrap();
    image.write_png(&path, 8).unwrap();
    assert_eq!(Image::read(&path).unwrap().width(), 2);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(Image::read(&path).unwrap_err().status, Status::Io);
}

#[test]
fn dicom_files_go_out_and_come_back() {
    let model = model();
    let image = Generator::new(&model).unwrap().generate(&[PROMPT], &fast()).unwrap().remove(0).image.grey().unwrap();
    let path = folder("dicom").join("image.dcm");
    let series = dicom_uid(b"a series").unwrap();
    assert!(series.starts_with("2.25.") && series == dicom_uid(b"a series").unwrap() && series != dicom_uid(b"another").unwrap());
    let options = DicomOptions { sop_class: DicomClass::DxForPresentation, bit_depth: 16, series_uid: series.clone(), ..Default::default() };
    assert!(image.write_dicom(&path, &options).unwrap().is_empty());
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.windows(series.len()).any(|part| part == series.as_bytes()));
    assert_eq!(image.encode_dicom(&options).unwrap(), (bytes, vec![]));
    let back = Image::read(&path).unwrap();
    assert_eq!(back.text("raygen"), image.text("raygen"));
    assert!(back.pixels().iter().zip(image.pixels()).all(|(a, b)| (a - b).abs() < 1e-4));
    let wrong = DicomOptions { bit_depth: 10, ..Default::default() };
    assert_eq!(image.encode_dicom(&wrong).unwrap_err().status, Status::InvalidArgument);
    let missing = DicomOptions { template: Some("/nowhere/film.dcm".into()), ..Default::default() };
    assert!(image.encode_dicom(&missing).unwrap_err().to_string().contains("/nowhere/film.dcm"));
}

#[test]
fn an_edit_changes_the_mask_only_and_a_variation_its_share() {
    let model = model();
    let mut generator = Generator::new(&model).unwrap();
    let pixels: Vec<f32> = (0..150 * 140).map(|i| (i % 256) as f32 / 255.0).collect();
    let film = Image::new(150, 140, 1, &pixels).unwrap();
    let edit = Edit { boxes: vec![raygen::Box { x: 20, y: 30, width: 50, height: 40 }], feather: Some(0), ..Default::default() };
    let edited = generator.edit(&film, &edit, &[PROMPT], &fast()).unwrap().remove(0).image;
    let (mut inside, mut outside) = (0, 0);
    for (i, (a, b)) in edited.pixels().iter().zip(film.pixels()).enumerate() {
        if a != b {
            let (x, y) = (i % 150, i / 150);
            if (20..70).contains(&x) && (30..70).contains(&y) {
                inside += 1;
            } else {
                outside += 1;
            }
        }
    }
    assert!(inside > 0 && outside == 0);
    assert!(edited.text("raygen").unwrap().contains("\"feather\":0"));
    let path = folder("edit").join("edited.png");
    edited.write_png_like(&path, &film.encode_png(16).unwrap(), 0, 0).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), edited.encode_png(16).unwrap());
    assert_eq!(generator.edit(&film, &Edit::default(), &[PROMPT], &fast()).unwrap_err().status, Status::InvalidArgument);

    let none: [&str; 0] = [];
    let free = generator.vary(&film, 1.0, &[PROMPT], &fast()).unwrap().remove(0).tokens;
    assert_eq!(free, generator.generate(&[PROMPT], &fast()).unwrap().remove(0).tokens);
    assert_eq!(generator.vary(&film, 0.0, &none, &fast()).unwrap()[0].image.width(), 150);
}

/// The classifier that is shipped beside the model.
fn folder_of_the_classifier() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../models/phantom-128-classifier")
}

#[test]
fn a_classifier_sees_findings_and_shows_where() {
    let judge = Model::open(folder_of_the_classifier(), &ModelOptions::default()).unwrap();
    let mut classifier = raygen::Classifier::new(&judge).unwrap();
    let film = Generator::new(&model()).unwrap().generate(&[PROMPT], &fast()).unwrap().remove(0).image;
    let seen = classifier.classify_with_maps(&[&film, &film]).unwrap();
    let (count, classes) = (seen.count(), seen.class_count());
    assert_eq!((count, seen.class_names().len()), (2, classes));
    assert_eq!(seen.probabilities().len(), count * classes);
    assert_eq!(seen.features().len(), count * seen.feature_width());
    for (logit, probability) in seen.logits().iter().zip(seen.probabilities()) {
        assert!((1.0 / (1.0 + (-logit).exp()) - probability).abs() < 1e-5);
    }
    let (height, width) = seen.map_size();
    assert_eq!(seen.map(1, 0).len(), height * width);
    assert!(seen.map(2, 0).is_empty() && seen.threshold(classes).is_none());
    assert_eq!(seen.overlay(0, 0, &film).unwrap().channels(), 3);
    let plain = classifier.classify(&[&film]).unwrap();
    assert_eq!(plain.overlay(0, 0, &film).unwrap_err().status, Status::Unsupported);
    assert_eq!(classifier.classify(&[]).unwrap_err().status, Status::InvalidArgument);
}

#[test]
fn metrics_and_labels() {
    assert_eq!(raygen::score("auroc", &[0.1, 0.4, 0.35, 0.8], &[false, false, true, true], 0.0).unwrap(), Some(0.75));
    assert_eq!(raygen::score("auroc", &[0.1, 0.4], &[true, true], 0.0).unwrap(), None);
    assert_eq!(raygen::score("auroc", &[0.1], &[], 0.0).unwrap_err().status, Status::InvalidArgument);
    let set: Vec<f64> = (0..120).map(|i| f64::from(i * 37 % 101) / 101.0).collect();
    assert!(raygen::compare_features("fid", &set, &set, 3, &[]).unwrap() < 1e-9);
    assert_eq!(raygen::compare_features("coverage", &set, &set, 3, &["neighbours=3"]).unwrap(), 1.0);
    assert_eq!(raygen::compare_features("fid", &set, &set, 7, &[]).unwrap_err().status, Status::InvalidArgument);
    let found = raygen::read_labels("Small left pleural effusion. No edema.", None).unwrap();
    assert!(found.contains("Pleural Effusion") && found.contains("left"));
    let own = raygen::read_labels("A mass.", Some("findings: {Lung Lesion: {mentions: [mass]}}")).unwrap();
    assert!(own.contains("Lung Lesion"));
    assert!(raygen::read_labels("A mass.", Some(&raygen::label_rules().unwrap())).unwrap().contains("Lung Lesion"));
    assert!(raygen::evaluation_config("", &["neighbours=3"]).unwrap().contains("neighbours: 3"));
    assert_eq!(raygen::evaluate("", &[], None).unwrap_err().status, Status::InvalidArgument);
    let refused = raygen::experiment("", &["arms=real, mixed"], None).unwrap_err();
    assert!(refused.status == Status::InvalidArgument && refused.message.contains("mixed"), "{}", refused.message);
}

/// Phantoms of the model's size as a dataset, by the C ABI: it has no wrapper here.
fn prepare(csv: &std::path::Path, out: &std::path::Path) {
    use raygen_sys as sys;
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (csv, out) = (text(csv), text(out));
    let table = sys::raygen_string { data: csv.as_ptr().cast(), length: csv.len() };
    unsafe {
        let mut source = std::mem::zeroed();
        sys::raygen_table_source_init(&mut source, std::mem::size_of_val(&source));
        (source.csv, source.csv_count, source.test_fraction) = (&table, 1, 0.4);
        let mut options = std::mem::zeroed();
        sys::raygen_prepare_options_init(&mut options, std::mem::size_of_val(&options));
        options.image_size = 128;
        let (null, error) = (std::ptr::null_mut(), std::ptr::null_mut());
        assert_eq!(sys::raygen_dataset_prepare_table(&source, &options, out.as_ptr().cast(), out.len(), null, error), sys::RAYGEN_OK);
    }
}

#[test]
fn an_index_of_a_training_set_judges_what_is_made() {
    let (folder, model) = (folder("index"), model());
    raygen::write_phantoms(folder.join("phantoms"), &raygen::PhantomOptions { count: 12, size: 128, ..Default::default() }).unwrap();
    prepare(&folder.join("phantoms/phantoms.csv"), &folder.join("dataset"));
    let file = folder.join("index.safetensors");
    let options = raygen::IndexOptions { quantile: 0.0, ..Default::default() };
    raygen::TrainingIndex::build(&model, folder.join("dataset"), &file, &options).unwrap();
    let index = raygen::TrainingIndex::open(&file, &Limits::default()).unwrap();
    assert!(index.image_count() >= 2);
    let judged = Options { reject_near: Some(&index), reject_tries: 3, ..fast() };
    match Generator::new(&model).unwrap().generate(&[PROMPT], &judged) {
        Ok(made) => assert!(made[0].image.text("raygen").unwrap().contains(&index.digest())),
        Err(error) => assert_eq!(error.status, Status::Limit),
    }
    assert_eq!(raygen::TrainingIndex::open(folder.join("phantoms/phantoms.csv"), &Limits::default()).unwrap_err().status, Status::Format);
    assert_eq!(raygen::TrainingIndex::build(&model, folder.join("nowhere"), &file, &options).unwrap_err().status, Status::Io);
}

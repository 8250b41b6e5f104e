using Raygen, Test

model = Model(joinpath(@__DIR__, "..", "..", "..", "models", "phantom-128"))
generator = Generator(model)
images = generate(generator, ["Moderate left pleural effusion.", "No acute process."]; seed = 7, steps = 4)
@test length(images) == 2
@test all(0 .<= pixels(images[1]) .<= 1)
@test pixels(generate(generator, ["No acute process."]; seed = 7, steps = 4, first_image = 1)[1]) == pixels(images[2])
path = joinpath(mktempdir(), "image.png")
write_png(images[1], path; bit_depth = 16)
@test maximum(abs.(pixels(read_image(path)) .- pixels(images[1]))) < 1e-4
@test encode_png(images[1]; bit_depth = 16) == read(path)
film = joinpath(mktempdir(), "image.dcm")
write_dicom(images[1], film; sop_class = 1, bit_depth = 16, series_uid = dicom_uid("a series"))
@test startswith(dicom_uid("a series"), "2.25.")
@test maximum(abs.(pixels(read_image(film)) .- pixels(images[1]))) < 1e-4
@test encode_dicom(images[1]; sop_class = 1, bit_depth = 16, series_uid = dicom_uid("a series")) == read(film)
@test_throws RaygenError encode_dicom(images[1]; template_path = "/nowhere")
@test_throws RaygenError Model("/nowhere")
@test_throws RaygenError read_image(path; limits = Limits(max_pixels = 100))
@test_throws MethodError generate(generator, ["No acute process."]; stesp = 4)
@test_throws RaygenError generate(generator, ["No acute process."]; config = "stesp: 4")
@test count_tokens(model, "No acute process.") > 2
@test occursin("\"steps\":3", settings(model, "No acute process."; config = "raygen-report"))
@test occursin("steps: 4", print_config(model; steps = 4))
@test occursin("guidance_scale", config_schema())
@test encode_png(like(generator, model, images[2])) == encode_png(images[2])
@test pixels(like(generator, model, images[2]; first_image = 0)) != pixels(images[2])
@test_throws RaygenError like(generator, model, read_image(joinpath(@__DIR__, "..", "..", "..", "tests", "data", "image", "grey8.png")))
own = generate(generator, ["No acute process."]; seeds = [7], indices = [1], steps = 4)
@test pixels(own[1]) == pixels(images[2])
@test_throws RaygenError generate(generator, String[])
edited = edit(generator, images[1], ["No acute process."]; boxes = [Box(40, 40, 30, 20)], feather = 0, seed = 7, steps = 4)[1]
changed = findall(pixels(edited) .!= pixels(images[1]))
@test !isempty(changed) && all(40 < place[2] <= 70 && 40 < place[3] <= 60 for place in changed)
@test pixels(vary(generator, images[1], 1, ["No acute process."]; seed = 7, steps = 4, first_image = 1)[1]) == pixels(images[2])
write_png_like(edited, joinpath(dirname(path), "edited.png"), path)
@test size(pixels(read_image(joinpath(dirname(path), "edited.png")))) == size(pixels(edited))
@test_throws RaygenError edit(generator, images[1], ["No acute process."])
judge = Generator(Model(joinpath(@__DIR__, "..", "..", "..", "models", "phantom-128-classifier")))
seen = classify(judge, [images[1], images[2]])
@test size(seen.probabilities) == (length(seen.class_names), 2)
@test seen.probabilities ≈ 1 ./ (1 .+ exp.(-seen.logits))
@test_throws RaygenError classify(judge, Image[])
@test score("auroc", [0.1, 0.4, 0.35, 0.8], [false, false, true, true]) == 0.75
@test score("auroc", [0.1, 0.4], [true, true]) === nothing
features = [mod(37i + 11j, 101) / 101 for i in 1:3, j in 1:40]
@test compare_features("fid", features, features) < 1e-9
@test occursin("Pleural Effusion", read_labels("Small left pleural effusion."))
@test occursin("Lung Lesion", read_labels("A mass."; rules = label_rules()))
@test_throws RaygenError evaluate()
@test_throws RaygenError build_index(model, "/nowhere", "/nowhere/index")

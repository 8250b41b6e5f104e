"""
A radiology sentence becomes a chest X-ray.

    using Raygen
    generator = Generator(Model("models/phantom-128"))
    images = generate(generator, ["Moderate left pleural effusion."]; seed = 7)
    write_png(images[1], "effusion.png")

The library is found by its SONAME (`libraygen.so.1`) where the system looks for libraries, or at the path in RAYGEN_LIBRARY. Synthetic images
are not for diagnosis.
"""
module Raygen

import Libdl

include("LibRaygen.jl")
using .LibRaygen
include("sampling.jl")

export Box, Classification, Model, Generator, Image, Limits, RaygenError, Sampling, build_index, classify, compare_features, config_schema,
       count_tokens, dicom_uid, edit, encode_dicom, encode_png, evaluate, experiment, generate, label_rules, like, pixels, print_config, read_image,
       read_labels, read_phantom_region, score, settings, vary, write_dicom, write_png, write_png_like

function __init__()
    LibRaygen.handle[] = Libdl.dlopen(get(ENV, "RAYGEN_LIBRARY", "libraygen.so.$(LibRaygen.RAYGEN_ABI_VERSION)"))
    loaded = LibRaygen.raygen_abi_version()
    if loaded != LibRaygen.RAYGEN_ABI_VERSION
        error("Raygen.jl was written for libraygen's ABI $(LibRaygen.RAYGEN_ABI_VERSION), the library that is loaded has ABI $loaded")
    end
end

"What was wrong, with which value, in which file or tensor, and what was expected. `status`: a RAYGEN_ERROR_ constant of LibRaygen."
struct RaygenError <: Exception
    status::Int32
    message::String
end
Base.showerror(io::IO, error::RaygenError) = print(io, "RaygenError: ", error.message)

"A struct of the C ABI, filled by its `_init` with the library's defaults."
function defaults(::Type{T}, init) where {T}
    value = Ref{T}()
    init(value, sizeof(T))
    value[]
end

"The same struct with other values in some fields."
function with(value::T; fields...) where {T}
    for name in keys(fields)
        name in fieldnames(T) || throw(ArgumentError("$name is none of $(join(fieldnames(T), ", "))"))
    end
    T((get(fields, name, getfield(value, name)) for name in fieldnames(T))...)
end

"Calls `f(error)` and throws what it reports."
function call(f)
    error = Ref(defaults(LibRaygen.raygen_error, LibRaygen.raygen_error_init))
    status = GC.@preserve error f(error)
    status == LibRaygen.RAYGEN_OK && return
    bytes = collect(error[].message)
    message = String(bytes[1:(something(findfirst(iszero, bytes), length(bytes) + 1) - 1)])
    throw(RaygenError(status, isempty(message) ? unsafe_string(LibRaygen.raygen_status_message(status)) : message))
end

"What `f(handle, error)` makes, as a T that is freed when nothing refers to it."
function make(f, T, free)
    handle = Ref{Ptr{Cvoid}}(C_NULL)
    call(error -> f(handle, error))
    object = T(handle[])
    finalizer(each -> free(each.handle), object)
    object
end

"The text that `f(text, error)` gives away."
function take_text(f)
    text = Ref{Ptr{UInt8}}(C_NULL)
    call(error -> f(text, error))
    copy = unsafe_string(text[])
    LibRaygen.raygen_buffer_free(Ptr{Cvoid}(text[]))
    copy
end

"What a file or a caller may ask for at most: `max_file_bytes`, `max_pixels`, `max_prompt_bytes`, `max_batch`, `max_memory_bytes`."
const Limits = LibRaygen.raygen_limits

Limits(; fields...) = with(defaults(LibRaygen.raygen_limits, LibRaygen.raygen_limits_init); (name => UInt64(value) for (name, value) in fields)...)

"A model, opened. Immutable; any number of tasks may make Generators from one Model."
mutable struct Model
    handle::Ptr{Cvoid}
    Model(handle::Ptr{Cvoid}) = new(handle)
end

"`options`: device, device_index, precision, threads and verify, as raygen_model_options has them."
function Model(path::AbstractString; limits::Limits = Limits(), options...)
    text, held = String(path), Ref(limits)
    GC.@preserve text held begin
        all = with(defaults(LibRaygen.raygen_model_options, LibRaygen.raygen_model_options_init);
                   (name => Int32(value) for (name, value) in options)...,
                   limits = Base.unsafe_convert(Ptr{Limits}, held))
        make(Model, LibRaygen.raygen_model_free) do handle, error
            LibRaygen.raygen_model_open(pointer(text), sizeof(text), Ref(all), handle, error)
        end
    end
end

"How many text tokens a prompt has before it is cut, special tokens included. Runs the tokenizer only."
function count_tokens(model::Model, prompt::AbstractString)
    text, count = String(prompt), Ref{Csize_t}(0)
    GC.@preserve model text call(error -> LibRaygen.raygen_model_count_tokens(model.handle, pointer(text), sizeof(text), count, error))
    Int(count[])
end

"Text encoder, masked decoder, sampler and image decoder of a model, composed. One task at a time."
mutable struct Generator
    handle::Ptr{Cvoid}
    Generator(handle::Ptr{Cvoid}) = new(handle)
end

function Generator(model::Model)
    GC.@preserve model make(Generator, LibRaygen.raygen_session_free) do handle, error
        LibRaygen.raygen_session_create(model.handle, handle, error)
    end
end

"Pixels 0 to 1 with the text that goes into the PNG."
mutable struct Image
    handle::Ptr{Cvoid}
    Image(handle::Ptr{Cvoid}) = new(handle)
end

"A PNG (8 or 16 bits), JPEG, JPEG 2000 or DICOM file. The content tells the format."
function read_image(path::AbstractString; limits::Limits = Limits())
    text = String(path)
    GC.@preserve text make(Image, LibRaygen.raygen_image_free) do handle, error
        LibRaygen.raygen_image_read(pointer(text), sizeof(text), Ref(limits), handle, error)
    end
end

"[channels, width, height] (Julia's order of C's [height][width][channels]), a copy."
function pixels(image::Image)
    GC.@preserve image begin
        sizes = (LibRaygen.raygen_image_channels(image.handle), LibRaygen.raygen_image_width(image.handle),
                 LibRaygen.raygen_image_height(image.handle))
        copy(unsafe_wrap(Array, LibRaygen.raygen_image_pixels(image.handle), Int.(sizes)))
    end
end

png_options(fields) = with(defaults(LibRaygen.raygen_png_options, LibRaygen.raygen_png_options_init);
                           (name => Int32(value) for (name, value) in fields)...)

"Writes a PNG with the texts of the image, under a temporary name that is renamed when the file is whole. `bit_depth`: 8 or 16."
function write_png(image::Image, path::AbstractString; fields...)
    options, text = png_options(fields), String(path)
    GC.@preserve image text call(error -> LibRaygen.raygen_image_write_png(image.handle, pointer(text), sizeof(text), Ref(options), error))
end

"""
    write_png_like(image, path, original; left = 0, top = 0)

Writes a PNG of the depth of the file `original`, from which the image was made: 8 bits, or 16 where its samples have more. A pixel that is
still that file's gets its own sample. `left`, `top`: the pixel of the image where that file's first one is, after outpainting.
"""
function write_png_like(image::Image, path::AbstractString, original::AbstractString; left::Integer = 0, top::Integer = 0)
    bytes = read(original)
    GC.@preserve bytes begin
        options = with(defaults(LibRaygen.raygen_png_options, LibRaygen.raygen_png_options_init); like = Ptr{Cvoid}(pointer(bytes)),
                       like_size = Csize_t(length(bytes)), like_left = Int32(left), like_top = Int32(top))
        text = String(path)
        GC.@preserve image text call(error -> LibRaygen.raygen_image_write_png(image.handle, pointer(text), sizeof(text), Ref(options), error))
    end
end

"A mask of a region of the phantom whose image lies at `path`: \"left lung\", \"right lung\", \"lungs\", \"heart\" or \"mediastinum\"."
function read_phantom_region(path::AbstractString, region::AbstractString)
    text, name = String(path), String(region)
    GC.@preserve text name make(Image, LibRaygen.raygen_image_free) do handle, error
        LibRaygen.raygen_phantom_read_region(pointer(text), sizeof(text), pointer(name), sizeof(name), handle, error)
    end
end

"The bytes that `write_png` writes."
function encode_png(image::Image; fields...)
    options, bytes, size = png_options(fields), Ref{Ptr{Cvoid}}(C_NULL), Ref{Csize_t}(0)
    GC.@preserve image call(error -> LibRaygen.raygen_image_encode_png(image.handle, Ref(options), bytes, size, error))
    take_bytes(bytes[], size[])
end

"A copy of what the library has given away."
function take_bytes(bytes, size)
    content = copy(unsafe_wrap(Array, Ptr{UInt8}(bytes), Int(size)))
    LibRaygen.raygen_buffer_free(bytes)
    content
end

"Calls `f(options)` with a raygen_dicom_options of these values, which are alive meanwhile."
function with_dicom_options(f; limits::Limits = Limits(), fields...)
    texts, held = Dict(name => String(value) for (name, value) in fields if value isa AbstractString), Ref(limits)
    as_in_c(name, value) = value isa AbstractString ? LibRaygen.raygen_string(pointer(texts[name]), sizeof(texts[name])) :
                           value isa AbstractFloat ? Cdouble(value) : Int32(value)
    GC.@preserve texts held begin
        f(with(defaults(LibRaygen.raygen_dicom_options, LibRaygen.raygen_dicom_options_init);
               (name => as_in_c(name, value) for (name, value) in fields)...,
               limits = Base.unsafe_convert(Ptr{Limits}, held)))
    end
end

"Says what of a template was left out."
warn(lines) = foreach(line -> @warn(line), split(lines, '\n'; keepempty = false))

"""
Writes a DICOM file of one grey frame with the texts of the image, marked as synthetic and not for diagnosis, under a temporary name that is
renamed when the file is whole. `fields`: `sop_class`, `bit_depth`, `template_path`, … as raygen_dicom_options has them, and `limits`.
"""
function write_dicom(image::Image, path::AbstractString; fields...)
    text = String(path)
    with_dicom_options(; fields...) do options
        GC.@preserve image text warn(take_text() do lines, error
            LibRaygen.raygen_image_write_dicom(image.handle, pointer(text), sizeof(text), Ref(options), lines, error)
        end)
    end
end

"The bytes that `write_dicom` writes."
function encode_dicom(image::Image; fields...)
    bytes, size = Ref{Ptr{Cvoid}}(C_NULL), Ref{Csize_t}(0)
    with_dicom_options(; fields...) do options
        GC.@preserve image warn(take_text() do lines, error
            LibRaygen.raygen_image_encode_dicom(image.handle, Ref(options), bytes, size, lines, error)
        end)
    end
    take_bytes(bytes[], size[])
end

"A UID under 2.25: the decimal number of a UUID that is made of `name`. For a study or a series of several images."
function dicom_uid(name::AbstractString)
    text = String(name)
    GC.@preserve text take_text((uid, error) -> LibRaygen.raygen_dicom_uid(Ptr{Cvoid}(pointer(text)), sizeof(text), uid, error))
end

"Calls `f(options)` with a raygen_options of these values, which are alive meanwhile. What `sampling` does not name is an error."
function with_options(f; seed::Union{Integer, Nothing} = nothing, first_image::Union{Integer, Nothing} = nothing,
                      images_per_prompt::Union{Integer, Nothing} = nothing, batch_size::Union{Integer, Nothing} = nothing,
                      config::AbstractString = "", seeds = UInt64[], indices = UInt64[],
                      image_configs = String[], prompts_per_mix::Integer = 1, prompt_weights = Float64[], attempts = UInt32[],
                      sampling...)
    given = (seed = seed === nothing ? nothing : UInt64(seed), first_image = first_image === nothing ? nothing : UInt64(first_image),
             images_per_prompt = images_per_prompt === nothing ? nothing : Int32(images_per_prompt),
             batch_size = batch_size === nothing ? nothing : Int32(batch_size))
    chosen = Sampling(; sampling...)
    texts = ["$name=$(getfield(chosen, name))" for name in fieldnames(Sampling) if getfield(chosen, name) !== nothing]
    own_seeds, own_indices, config_text = Vector{UInt64}(seeds), Vector{UInt64}(indices), String(config)
    own_configs, own_weights = Vector{String}(image_configs), Vector{Float64}(prompt_weights)
    own_attempts = Vector{UInt32}(attempts)
    arrays = (seeds = own_seeds, indices = own_indices, image_configs = own_configs, attempts = own_attempts)
    images = maximum(length, arrays)
    for (name, array) in pairs(arrays)
        isempty(array) || length(array) == images ||
            throw(ArgumentError("$name has $(length(array)) values: $images, one for each image, were expected"))
    end
    GC.@preserve texts own_seeds own_indices own_configs own_weights own_attempts config_text begin
        overrides = [LibRaygen.raygen_string(pointer(text), sizeof(text)) for text in texts]
        configs = [LibRaygen.raygen_string(pointer(text), sizeof(text)) for text in own_configs]
        GC.@preserve overrides configs begin
            options = with(defaults(LibRaygen.raygen_options, LibRaygen.raygen_options_init);
                           (name => value for (name, value) in pairs(given) if value !== nothing)...,
                           config = LibRaygen.raygen_string(pointer(config_text), sizeof(config_text)),
                           overrides = pointer(overrides), override_count = Csize_t(length(overrides)), image_count = Csize_t(images),
                           seeds = isempty(own_seeds) ? Ptr{UInt64}(C_NULL) : pointer(own_seeds),
                           indices = isempty(own_indices) ? Ptr{UInt64}(C_NULL) : pointer(own_indices),
                           image_configs = isempty(configs) ? Ptr{LibRaygen.raygen_string}(C_NULL) : pointer(configs),
                           prompts_per_mix = Csize_t(prompts_per_mix),
                           prompt_weights = isempty(own_weights) ? Ptr{Float64}(C_NULL) : pointer(own_weights),
                           attempts = isempty(own_attempts) ? Ptr{UInt32}(C_NULL) : pointer(own_attempts))
            f(options)
        end
    end
end

"""
    generate(generator, prompts; seed, first_image, images_per_prompt, batch_size, config, seeds, indices, image_configs, prompts_per_mix,
             prompt_weights, attempts, sampling...)

`images_per_prompt` images of each prompt, in order, or of each mix of `prompts_per_mix` prompts with their weights. `image_configs`: a config
for each image, laid over what is said for all. `attempts`: above 0, an image has the noise of that later try, as its settings say. With the same model, config and prompt, an image depends on its seed and its index alone.
`config`: a preset's name, or JSON or YAML. The other keywords are those of [`Sampling`](@ref), and win over it.
"""
function generate(generator::Generator, prompts::AbstractVector{<:AbstractString}; options...)
    images(prompts, options) do strings, raw, result, error
        GC.@preserve generator LibRaygen.raygen_session_generate(generator.handle, strings, length(strings), raw, result, error)
    end
end

"A rectangle of pixels: `Box(x, y, width, height)`; x and y are those of its first one."
const Box = LibRaygen.raygen_box

"""
    edit(generator, image, prompts; mask, boxes, outpaint, grow, feather, region, options...)

Inpaints and outpaints an image of any size: tokens that the mask touches are drawn anew, as `generate` draws them, and all others stay the
image's. Pixels outside the mask stay the image's to the bit. `mask`: an Image of the same size, white where pixels may change. `boxes`: of
[`Box`](@ref). `outpaint`: pixels added at the left, top, right and bottom. `grow`, `feather`: pixels; `region`: as raygen_edit_options has
them. The other keywords are those of [`generate`](@ref).
"""
function edit(generator::Generator, image::Image, prompts::AbstractVector{<:AbstractString}; mask::Union{Image, Nothing} = nothing,
              boxes = Box[], outpaint = (0, 0, 0, 0), grow::Integer = 0, feather::Integer = LibRaygen.RAYGEN_FEATHER_AUTO,
              region::Integer = LibRaygen.RAYGEN_EDIT_REGION_FILM, options...)
    own_boxes, sides = Vector{Box}(boxes), Int32.(outpaint)
    GC.@preserve generator image mask own_boxes begin
        whole = with(defaults(LibRaygen.raygen_edit_options, LibRaygen.raygen_edit_options_init);
                     mask = mask === nothing ? C_NULL : mask.handle, boxes = pointer(own_boxes), box_count = Csize_t(length(own_boxes)),
                     outpaint_left = sides[1], outpaint_top = sides[2], outpaint_right = sides[3], outpaint_bottom = sides[4],
                     grow = Int32(grow), feather = Int32(feather), region = Int32(region))
        images(prompts, options) do strings, raw, result, error
            LibRaygen.raygen_session_edit(generator.handle, image.handle, Ref(whole), strings, length(strings), raw, result, error)
        end
    end
end

"""
    vary(generator, image, strength, prompts = String[]; options...)

Draws a share of an image's tokens anew. `strength`: 0 (the image's reconstruction) to 1 (what `generate` makes). Without prompts none is
followed. Keywords as for [`generate`](@ref).
"""
function vary(generator::Generator, image::Image, strength::Real, prompts::AbstractVector{<:AbstractString} = String[]; options...)
    images(prompts, options) do strings, raw, result, error
        GC.@preserve generator image begin
            LibRaygen.raygen_session_vary(generator.handle, image.handle, Float64(strength), strings, length(strings), raw, result, error)
        end
    end
end

"The images that `f(strings, options, result, error)` makes of prompts."
function images(f, prompts, options)
    texts = String.(prompts)
    weights = length(get(options, :prompt_weights, Float64[]))
    weights == 0 || weights == length(texts) ||
        throw(ArgumentError("prompt_weights has $weights values: $(length(texts)), one for each prompt, were expected"))
    result = Ref{Ptr{Cvoid}}(C_NULL)
    with_options(; options...) do raw
        GC.@preserve texts begin
            strings = [LibRaygen.raygen_string(pointer(text), sizeof(text)) for text in texts]
            call(error -> f(strings, Ref(raw), result, error))
        end
    end
    try
        map(0:(Int(LibRaygen.raygen_result_count(result[])) - 1)) do i
            make((image, error) -> LibRaygen.raygen_result_take_image(result[], i, image, error), Image, LibRaygen.raygen_image_free)
        end
    finally
        LibRaygen.raygen_result_free(result[])
    end
end

"All that makes the first image of a call, as JSON: what `generate` writes into the image. Keywords as there."
function settings(model::Model, prompt::AbstractString; options...)
    text = String(prompt)
    with_options(; options...) do raw
        GC.@preserve model text take_text() do out, error
            LibRaygen.raygen_config_resolve(model.handle, Ref(raw), pointer(text), sizeof(text), out, error)
        end
    end
end

"""
    like(generator, model, image; any_model = false, seed, first_image, batch_size, config, sampling...)

Makes an image again, to the last bit on the same machine: with its prompt, seed, index and sampling settings, over which the keywords win.
`model` is the generator's. Another model than the one that made the image is an error, unless `any_model`; what else may make another image
(another version, precision or device) is a warning.
"""
function like(generator::Generator, model::Model, image::Image; any_model::Bool = false, seed = nothing, first_image = nothing,
              batch_size = nothing, sampling...)
    settings = read_settings(image)
    try
        doubts = GC.@preserve model take_text() do out, error
            LibRaygen.raygen_settings_check_model(settings, model.handle, Int32(any_model), out, error)
        end
        foreach(doubt -> @warn(doubt), split(doubts, '\n'; keepempty = false))
        config = with_options(; sampling...) do raw
            take_text((out, error) -> LibRaygen.raygen_settings_config(settings, Ref(raw), out, error))
        end
        each = 0:(Int(LibRaygen.raygen_settings_prompt_count(settings)) - 1)
        prompts = [unsafe_string(LibRaygen.raygen_settings_prompt(settings, i)) for i in each]
        weights = [LibRaygen.raygen_settings_prompt_weight(settings, i) for i in each]
        # Another seed or index is not that image again.
        attempt = seed === nothing && first_image === nothing ? LibRaygen.raygen_settings_attempt(settings) : UInt32(0)
        generate(generator, prompts; config = config, attempts = attempt == 0 ? UInt32[] : [attempt], batch_size = batch_size, prompts_per_mix = length(prompts), prompt_weights = weights,
                 seed = something(seed, LibRaygen.raygen_settings_seed(settings)),
                 first_image = something(first_image, LibRaygen.raygen_settings_image(settings)))[1]
    finally
        LibRaygen.raygen_settings_free(settings)
    end
end

"A raygen_settings of what an image carries, which the caller frees."
function read_settings(image::Image)
    settings = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve image begin
        json = LibRaygen.raygen_image_get_text(image.handle, "raygen", sizeof("raygen"))
        text = json == C_NULL ? "" : unsafe_string(json)
        call(error -> LibRaygen.raygen_settings_read(text, sizeof(text), settings, error))
    end
    settings[]
end

"How images are sampled, as YAML: every key with its value and meaning. Keywords as for `generate`."
function print_config(model::Model; options...)
    with_options(; options...) do raw
        GC.@preserve model take_text((out, error) -> LibRaygen.raygen_config_print(model.handle, Ref(raw), out, error))
    end
end

"A JSON Schema of every key of a config: `LibRaygen.RAYGEN_CONFIG_SAMPLING` or `LibRaygen.RAYGEN_CONFIG_TRAINING`."
config_schema(kind::Integer = LibRaygen.RAYGEN_CONFIG_SAMPLING) =
    take_text((out, error) -> LibRaygen.raygen_config_schema(Int32(kind), out, error))

include("evaluation.jl")

end

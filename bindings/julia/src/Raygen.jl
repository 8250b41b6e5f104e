"""
A radiology sentence becomes a chest X-ray.

    using Raygen
    generator = Generator(Model("models/phantom-128"))
    images = generate(generator, ["Moderate left pleural effusion."]; seed = 7)
    write_png(images[1], "effusion.png")

The library is found as `libraygen.so.0` where the system looks for libraries, or at the path in RAYGEN_LIBRARY. Synthetic images are not for
diagnosis.
"""
module Raygen

import Libdl

include("LibRaygen.jl")
using .LibRaygen

export Model, Generator, Image, RaygenError, generate, pixels, write_png, read_image

function __init__()
    LibRaygen.handle[] = Libdl.dlopen(get(ENV, "RAYGEN_LIBRARY", "libraygen.so.0"))
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

"A bundle on disk, opened. Immutable; any number of tasks may make Generators from one Model."
mutable struct Model
    handle::Ptr{Cvoid}
    Model(handle::Ptr{Cvoid}) = new(handle)
end

function Model(path::AbstractString; threads::Integer = LibRaygen.RAYGEN_THREADS_HOST, precision::Integer = LibRaygen.RAYGEN_PRECISION_FLOAT32)
    options = with(defaults(LibRaygen.raygen_model_options, LibRaygen.raygen_model_options_init);
                   threads = Int32(threads), precision = Int32(precision))
    text = String(path)
    GC.@preserve text make(Model, LibRaygen.raygen_model_free) do handle, error
        LibRaygen.raygen_model_open(pointer(text), sizeof(text), Ref(options), handle, error)
    end
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

function read_image(path::AbstractString)
    text = String(path)
    GC.@preserve text make(Image, LibRaygen.raygen_image_free) do handle, error
        LibRaygen.raygen_image_read(pointer(text), sizeof(text), C_NULL, handle, error)
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

"A PNG of 8 or 16 bits a sample; temporary name, renamed when whole."
function write_png(image::Image, path::AbstractString; bit_depth::Integer = 8)
    options = with(defaults(LibRaygen.raygen_png_options, LibRaygen.raygen_png_options_init); bit_depth = Int32(bit_depth))
    text = String(path)
    GC.@preserve image text call(error -> LibRaygen.raygen_image_write_png(image.handle, pointer(text), sizeof(text), Ref(options), error))
end

"`images_per_prompt` images of each prompt, in order. The same seed and index give the same image."
function generate(generator::Generator, prompts::AbstractVector{<:AbstractString}; seed::Integer = 0, first_image::Integer = 0,
                  steps::Integer = 18, temperature::Real = 1.0, top_k_threshold::Real = 0.9, guidance_scale::Real = 1.0,
                  position_choice::Integer = LibRaygen.RAYGEN_POSITIONS_CONFIDENCE, images_per_prompt::Integer = 1)
    options = with(defaults(LibRaygen.raygen_options, LibRaygen.raygen_options_init);
                   seed = UInt64(seed), first_image = UInt64(first_image), steps = Int32(steps), temperature = Float64(temperature),
                   top_k_threshold = Float64(top_k_threshold), guidance_scale = Float64(guidance_scale),
                   position_choice = Int32(position_choice), images_per_prompt = Int32(images_per_prompt))
    texts = String.(prompts)
    result = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve generator texts begin
        strings = [LibRaygen.raygen_string(pointer(text), sizeof(text)) for text in texts]
        call(error -> LibRaygen.raygen_generate(generator.handle, strings, length(strings), Ref(options), result, error))
    end
    try
        map(0:(Int(LibRaygen.raygen_result_count(result[])) - 1)) do i
            make(Image, LibRaygen.raygen_image_free) do copy, error
                LibRaygen.raygen_image_copy(LibRaygen.raygen_result_image(result[], i), copy, error)
            end
        end
    finally
        LibRaygen.raygen_result_free(result[])
    end
end

end

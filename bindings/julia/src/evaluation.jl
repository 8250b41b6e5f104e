# Classifiers, metrics and labels: included by Raygen.jl.

"What a classifier says of images. Arrays have Julia's order of C's [images][classes]: a column an image."
struct Classification
    class_names::Vector{String}       # K; an empty one is an output that was never trained
    thresholds::Vector{Float64}       # K: the probability from which on a class counts as there; NaN where the model has none
    logits::Matrix{Float32}           # [K, images]
    probabilities::Matrix{Float32}    # [K, images], each class by itself
    features::Matrix{Float32}         # [D, images]: the mean of the last feature map over its places
end

"What the model's classifier sees on images of any size. A `Generator` of a model with a classifier is its session."
function classify(session::Generator, images::AbstractVector{Image})
    result, handles = Ref{Ptr{Cvoid}}(C_NULL), [image.handle for image in images]
    GC.@preserve session images begin
        call(error -> LibRaygen.raygen_session_classify(session.handle, handles, length(handles), Int32(0), result, error))
    end
    try
        count = Int(LibRaygen.raygen_classification_count(result[]))
        classes, width = Int(LibRaygen.raygen_classification_class_count(result[])), Int(LibRaygen.raygen_classification_feature_width(result[]))
        array(pointer, rows) = copy(unsafe_wrap(Array, pointer, (rows, count)))
        Classification([unsafe_string(LibRaygen.raygen_classification_class_name(result[], k)) for k in 0:(classes - 1)],
                       [LibRaygen.raygen_classification_threshold(result[], k) for k in 0:(classes - 1)],
                       array(LibRaygen.raygen_classification_logits(result[]), classes),
                       array(LibRaygen.raygen_classification_probabilities(result[]), classes),
                       array(LibRaygen.raygen_classification_features(result[]), width))
    finally
        LibRaygen.raygen_classification_free(result[])
    end
end

"Calls `f(options)` with a raygen_evaluation_options. `overrides`: \"neighbours=3\"."
function with_evaluation_options(f, config::AbstractString, overrides)
    text, texts = String(config), String.(overrides)
    GC.@preserve text texts begin
        strings = [LibRaygen.raygen_string(pointer(each), sizeof(each)) for each in texts]
        GC.@preserve strings f(Ref(with(defaults(LibRaygen.raygen_evaluation_options, LibRaygen.raygen_evaluation_options_init);
                                        config = LibRaygen.raygen_string(pointer(text), sizeof(text)), overrides = pointer(strings),
                                        override_count = Csize_t(length(strings)))))
    end
end

"Compares the real and the synthetic set that the config names and writes OUT/report.html, OUT/metrics.json and OUT/table.csv. Returns metrics.json's text."
evaluate(config::AbstractString = "", overrides = String[]) = with_evaluation_options(config, overrides) do options
    take_text((out, error) -> LibRaygen.raygen_evaluation_run(options, out, error))
end

"Trains classifiers on real images, on synthetic ones and on both, and tests them with the same real images. Returns metrics.json's text."
experiment(config::AbstractString = "", overrides = String[]) = with_evaluation_options(config, overrides) do options
    take_text((out, error) -> LibRaygen.raygen_experiment_run(options, out, error))
end

"\"fid\", \"kid\", \"coverage\", … of two sets of features, [width, images] each; raygen_evaluation_compare in raygen.h lists them."
function compare_features(metric::AbstractString, real::AbstractMatrix, synthetic::AbstractMatrix, overrides = String[])
    size(real, 1) == size(synthetic, 1) || throw(DimensionMismatch("features of $(size(real, 1)) and of $(size(synthetic, 1)) rows"))
    name, value, here, there = String(metric), Ref(NaN), Matrix{Float64}(real), Matrix{Float64}(synthetic)
    with_evaluation_options("", overrides) do options
        GC.@preserve name call() do error
            LibRaygen.raygen_evaluation_compare(pointer(name), sizeof(name), here, size(here, 2), there, size(there, 2), size(here, 1), options, value,
                                                error)
        end
    end
    value[]
end

"\"auroc\", \"brier\", \"f1\", … of scores and their labels; `nothing` where it is undefined. `parameter`: as raygen_evaluation_score in raygen.h says."
function score(metric::AbstractString, scores::AbstractVector{<:Real}, labels::AbstractVector{Bool}; parameter::Real = 0)
    length(scores) == length(labels) || throw(DimensionMismatch("$(length(scores)) scores and $(length(labels)) labels"))
    name, value, values, truths = String(metric), Ref(NaN), Vector{Float64}(scores), UInt8.(labels)
    GC.@preserve name call() do error
        LibRaygen.raygen_evaluation_score(pointer(name), sizeof(name), values, truths, length(values), Float64(parameter), value, error)
    end
    isnan(value[]) ? nothing : value[]
end

"The findings of a report or prompt, as JSON. `rules`: YAML of one's own; empty: the library's, which `label_rules()` gives."
function read_labels(text::AbstractString; rules::AbstractString = "")
    own, yaml = String(text), String(rules)
    GC.@preserve own yaml take_text() do out, error
        LibRaygen.raygen_labels_read(pointer(own), sizeof(own), isempty(yaml) ? Ptr{UInt8}(C_NULL) : pointer(yaml), sizeof(yaml), out, error)
    end
end

"The library's rules of `read_labels`, YAML whose comments explain it."
label_rules() = take_text((out, error) -> LibRaygen.raygen_labels_rules(out, error))

"Writes the index of a prepared dataset's split train, of the model's size: what images are compared with. An index is patient data."
function build_index(model::Model, dataset::AbstractString, out::AbstractString; quantile::Real = 0.001, named::Bool = false)
    from, to = String(dataset), String(out)
    options = with(defaults(LibRaygen.raygen_index_options, LibRaygen.raygen_index_options_init); quantile = Float64(quantile), named = Int32(named))
    GC.@preserve model from to call() do error
        LibRaygen.raygen_index_build(model.handle, pointer(from), sizeof(from), pointer(to), sizeof(to), Ref(options), error)
    end
end

# Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md.
"""
How images are sampled. What is not given is the preset's, the config's or the model's.

- `preset`: Options under a name, which other keys change. Values: raygen, raygen-report.
- `steps`: K, the number of unmasking steps. More steps take more time. Values: 1 to 1024. The library's default: 18. Source:
  MaskGIT (Chang et al., CVPR 2022), section 3.2; K = 18: RayGen's code.
- `temperature`: T, how random the choice of a token is. It falls to 0 over the steps: T (K - 1 - i) / K at step i. 0 always takes the
  likeliest token. Values: at least 0. The library's default: 1.0. Source: RayGen's code.
- `top_k_threshold`: alpha, the share of the codebook that is never drawn: the ceil((1 - alpha) V) likeliest tokens remain. Values: 0 to
  below 1. The library's default: 0.9. Source: RayGen's code, after Muse (Chang et al., ICML 2023).
- `guidance_scale`: s, how strongly the prompt counts: logits = empty + s (prompt - empty). Any s but 1 doubles the work of the masked
  decoder. Only models that were trained with emptied prompts gain from it. Values: 0 to 100. The library's default:
  1.0. Source: classifier-free guidance (Ho and Salimans, 2022); Muse, section 2.7.
- `negative_prompt`: What guidance pushes away from, instead of the empty prompt: logits = negative + s (prompt - negative). It counts only
  when guidance_scale is not 1. The library's default: \"\". Source: Muse, section 2.7.
- `schedule`: How many tokens are masked before step i. cosine: max(int(cos(pi/2 i / (K - 1)) N), 1). Values: cosine. The library's
  default: \"cosine\". Source: MaskGIT, section 3.3; the grid i / (K - 1): RayGen's code.
- `position_choice`: Which tokens a step keeps. confidence: the most certain first. random: in an order that is drawn for each image, so
  that images of one prompt differ more. Values: confidence, random. The library's default: \"confidence\". Source:
  confidence: RayGen's code; random: ours.
- `token_choice`: How a token is drawn. gumbel: the largest of logits / temperature + Gumbel noise. Values: gumbel. The library's
  default: \"gumbel\". Source: RayGen's code, after Muse.
"""
struct Sampling
    preset::Union{Nothing, String}
    steps::Union{Nothing, Int64}
    temperature::Union{Nothing, Float64}
    top_k_threshold::Union{Nothing, Float64}
    guidance_scale::Union{Nothing, Float64}
    negative_prompt::Union{Nothing, String}
    schedule::Union{Nothing, String}
    position_choice::Union{Nothing, String}
    token_choice::Union{Nothing, String}
end

Sampling(; preset = nothing,
           steps = nothing,
           temperature = nothing,
           top_k_threshold = nothing,
           guidance_scale = nothing,
           negative_prompt = nothing,
           schedule = nothing,
           position_choice = nothing,
           token_choice = nothing) =
    Sampling(preset, steps, temperature, top_k_threshold, guidance_scale, negative_prompt, schedule, position_choice, token_choice)

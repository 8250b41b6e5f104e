# Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md.
"""
How images are sampled. What is not given is the preset's, the config's or the model's.

- `preset`: Options under a name, which other keys change. Values: raygen, raygen-report, maskgit, halton, entropy, remdm.
- `steps`: K, the number of unmasking steps; the most there may be, where position_choice is entropy. More steps take more time.
  Values: 1 to 1024. The library's default: 18. Source: MaskGIT (Chang et al., CVPR 2022), section 3.2; K = 18: RayGen's
  code.
- `schedule`: The share of tokens that is masked at time t, which goes from 0 to 1. cosine: cos(pi/2 t). linear: 1 - t. square: 1 -
  t^2. root: 1 - sqrt(t). arccos: acos(t) / (pi/2). log: -log2(t) / log2(N). exponential: 1 - 2^(-log2(N) (1 - t)).
  Values: cosine, linear, square, root, arccos, log, exponential. The library's default: \"cosine\". Source: MaskGIT,
  section 3.3 and its code; arccos: Halton-MaskGIT (Besnier et al., ICLR 2025).
- `time_grid`: The time before step i. raygen: t = i / (K - 1), and at least one token is masked, so that the last step draws a
  single token again. maskgit: t = i / K, and every step keeps at least one token more. Values: raygen, maskgit. The
  library's default: \"raygen\". Source: raygen: RayGen's code; maskgit: MaskGIT's code, whose ratio after step i is (i
  + 1) / K.
- `position_choice`: Which of the tokens that the last step drew are kept before step i, where p is the probability of the token in
  softmax(logits). confidence: those of the largest p. maskgit: of the largest log p + c (1 - i / K) Gumbel noise.
  halton: spread over the grid by the Halton sequence. halton_adaptive: halton first, then maskgit. entropy: as many as
  are certain together, so that the number of steps follows the image. moment: of the largest log sum p^b + Gumbel
  noise, summed over the codebook, b = 1 + 1 / (c (1 - i / K)). random: in an order that is drawn for each image.
  raster: row by row. Values: confidence, maskgit, halton, halton_adaptive, entropy, moment, random, raster. The
  library's default: \"confidence\". Source: confidence: RayGen's code; maskgit: MaskGIT, section 3.2; halton:
  Halton-MaskGIT; entropy: EB-Sampler (arXiv 2505.24857); moment, halton_adaptive: arXiv 2510.04525; random, raster:
  ours.
- `choice_temperature`: c, how random the choice of positions is at first, for position_choice maskgit, halton_adaptive and moment, and for
  token_choice moment. It falls to 0 over the steps. Values: 0 to 1000. The library's default: 4.5. Source: 4.5:
  MaskGIT's code.
- `halton_roll`: Whether each image begins at a place of its own, which is drawn, in the Halton sequence of the grid and goes around,
  for position_choice halton and halton_adaptive. Values: true or false. The library's default: false. Source:
  Halton-MaskGIT's code (randomize).
- `adaptive_from`: For position_choice halton_adaptive: before step i the Halton sequence is followed while i < adaptive_from K, and then
  maskgit. Values: 0 to 1. The library's default: 0.5. Source: arXiv 2510.04525.
- `entropy_bound`: For position_choice entropy: a step keeps the longest run of positions, by ascending entropy of softmax(logits) in
  nats, whose entropies without the largest sum up to at most this. Values: 0 to 1000000. The library's default: 0.1.
  Source: EB-Sampler; 0.1: the default of diffusers.
- `token_choice`: How a token is drawn. gumbel: the largest of logits / temperature + Gumbel noise, where the temperature falls to 0.
  multinomial: from softmax(logits / temperature), at a temperature that cooling changes. top_k, top_p: the same among
  the likeliest tokens. argmax: the likeliest. moment: from p^b, b = 1 + 1 / (c (1 - (i + 1) / K)) at step i, and p =
  softmax(logits). Values: gumbel, multinomial, top_k, top_p, argmax, moment. The library's default: \"gumbel\". Source:
  gumbel: RayGen's code, after Muse (Chang et al., ICML 2023); multinomial: MaskGIT; top_p: Holtzman et al., ICLR 2020;
  moment: arXiv 2510.04525.
- `temperature`: T, how random the choice of a token is. For token_choice gumbel it falls to 0 over the steps: T (K - 1 - i) / K at
  step i. 0 always takes the likeliest token. Values: at least 0. The library's default: 1.0. Source: RayGen's code.
- `cooling`: What the logits have been multiplied by at the last step, rising or falling in equal parts from 1 at the first, for
  token_choice multinomial, top_k and top_p. Values: 0 to 1000. The library's default: 1.0. Source: Halton-MaskGIT's
  code (sm_temp).
- `top_k_threshold`: alpha, the share of the codebook that token_choice gumbel never draws: the ceil((1 - alpha) V) likeliest tokens
  remain. Values: 0 to below 1. The library's default: 0.9. Source: RayGen's code, after Muse.
- `top_k`: How many of the likeliest tokens token_choice top_k draws from; all, where the codebook has fewer. Values: 1 to
  16777216. The library's default: 50. Source: Fan et al., ACL 2018; 50: the default of transformers.
- `top_p`: The probability that the likeliest tokens of token_choice top_p reach together, the one that reaches it included.
  Values: 1e-06 to 1. The library's default: 0.95. Source: Holtzman et al., ICLR 2020.
- `remasking`: Whether kept tokens may be masked again, with probability p. With a and b the shares of kept tokens before and after a
  step, m = min(1, (1 - b) / a), and e = remasking_strength: cap: p = min(e, m). rescale: p = e m. confidence: p = e m
  softmax(-confidence) over the kept tokens. loop: as cap, while the share of kept tokens stands still, from loop_from
  to loop_until. As many of the tokens that position_choice would mask are kept instead, so that the schedule holds.
  Values: none, cap, rescale, confidence, loop. The library's default: \"none\". Source: ReMDM (Wang et al., arXiv
  2503.00307), section 4, and its code.
- `remasking_strength`: e, how often a kept token is masked again. Values: 0 to 1. The library's default: 0.05. Source: ReMDM, section 4.
- `loop_from`: For remasking loop: the share of the steps before the loop, to the nearest step from 1 to K - 1. The schedule goes all
  its way in the steps outside of the loop. Values: 0 to 1. The library's default: 0.45. Source: ReMDM, section 4.2:
  t_on = 0.55.
- `loop_until`: For remasking loop: the share of the steps at the end of the loop, to the nearest step from 1 to K - 1. Values: 0 to
  1. The library's default: 0.95. Source: ReMDM, section 4.2: t_off = 0.05.
- `guidance_scale`: s, how strongly the prompt counts: logits = empty + s (prompt - empty). Any s but 1 doubles the work of the masked
  decoder. Only models that were trained with emptied prompts gain from it. Values: 0 to 100. The library's default:
  1.0. Source: classifier-free guidance (Ho and Salimans, 2022); Muse, section 2.7.
- `guidance_ramp`: How guidance rises to guidance_scale over the steps, from 1 at guidance_first_step. constant: at once. linear: in
  equal parts. cosine: 1 + (s - 1) (1 - cos(pi x)) / 2. Values: constant, linear, cosine. The library's default:
  \"constant\". Source: linear: Muse, section 2.7; arXiv 2507.08965: late guidance helps, early guidance harms.
- `guidance_first_step`: The first step with guidance; the steps before it cost nothing more. Values: 0 to 1023. The library's default: 0.
  Source: arXiv 2507.08965.
- `negative_prompt`: What guidance pushes away from, instead of the empty prompt: logits = negative + s (prompt - negative). It counts only
  when guidance_scale is not 1. The library's default: \"\". Source: Muse, section 2.7.
"""
struct Sampling
    preset::Union{Nothing, String}
    steps::Union{Nothing, Int64}
    schedule::Union{Nothing, String}
    time_grid::Union{Nothing, String}
    position_choice::Union{Nothing, String}
    choice_temperature::Union{Nothing, Float64}
    halton_roll::Union{Nothing, Bool}
    adaptive_from::Union{Nothing, Float64}
    entropy_bound::Union{Nothing, Float64}
    token_choice::Union{Nothing, String}
    temperature::Union{Nothing, Float64}
    cooling::Union{Nothing, Float64}
    top_k_threshold::Union{Nothing, Float64}
    top_k::Union{Nothing, Int64}
    top_p::Union{Nothing, Float64}
    remasking::Union{Nothing, String}
    remasking_strength::Union{Nothing, Float64}
    loop_from::Union{Nothing, Float64}
    loop_until::Union{Nothing, Float64}
    guidance_scale::Union{Nothing, Float64}
    guidance_ramp::Union{Nothing, String}
    guidance_first_step::Union{Nothing, Int64}
    negative_prompt::Union{Nothing, String}
end

Sampling(; preset = nothing,
           steps = nothing,
           schedule = nothing,
           time_grid = nothing,
           position_choice = nothing,
           choice_temperature = nothing,
           halton_roll = nothing,
           adaptive_from = nothing,
           entropy_bound = nothing,
           token_choice = nothing,
           temperature = nothing,
           cooling = nothing,
           top_k_threshold = nothing,
           top_k = nothing,
           top_p = nothing,
           remasking = nothing,
           remasking_strength = nothing,
           loop_from = nothing,
           loop_until = nothing,
           guidance_scale = nothing,
           guidance_ramp = nothing,
           guidance_first_step = nothing,
           negative_prompt = nothing) =
    Sampling(preset, steps, schedule, time_grid, position_choice, choice_temperature, halton_roll, adaptive_from, entropy_bound, token_choice, temperature, cooling, top_k_threshold, top_k, top_p, remasking, remasking_strength, loop_from, loop_until, guidance_scale, guidance_ramp, guidance_first_step, negative_prompt)

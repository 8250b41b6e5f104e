// Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md.

/// How images are sampled. A field that is set wins over the config. Without either, a value is the preset's where one is
/// named, else the model's, else the library's default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling {
    /// Options under a name, which other keys change. Values: raygen, raygen-report.
    pub preset: Option<String>,
    /// K, the number of unmasking steps. More steps take more time. Values: 1 to 1024. The library's default: 18.
    /// Source: MaskGIT (Chang et al., CVPR 2022), section 3.2; K = 18: RayGen's code.
    pub steps: Option<i64>,
    /// T, how random the choice of a token is. It falls to 0 over the steps: T (K - 1 - i) / K at step i. 0 always
    /// takes the likeliest token. Values: at least 0. The library's default: 1.0. Source: RayGen's code.
    pub temperature: Option<f64>,
    /// alpha, the share of the codebook that is never drawn: the ceil((1 - alpha) V) likeliest tokens remain. Values: 0
    /// to below 1. The library's default: 0.9. Source: RayGen's code, after Muse (Chang et al., ICML 2023).
    pub top_k_threshold: Option<f64>,
    /// s, how strongly the prompt counts: logits = empty + s (prompt - empty). Any s but 1 doubles the work of the
    /// masked decoder. Only models that were trained with emptied prompts gain from it. Values: 0 to 100. The library's
    /// default: 1.0. Source: classifier-free guidance (Ho and Salimans, 2022); Muse, section 2.7.
    pub guidance_scale: Option<f64>,
    /// What guidance pushes away from, instead of the empty prompt: logits = negative + s (prompt - negative). It
    /// counts only when guidance_scale is not 1. The library's default: "". Source: Muse, section 2.7.
    pub negative_prompt: Option<String>,
    /// How many tokens are masked before step i. cosine: max(int(cos(pi/2 i / (K - 1)) N), 1). Values: cosine. The
    /// library's default: "cosine". Source: MaskGIT, section 3.3; the grid i / (K - 1): RayGen's code.
    pub schedule: Option<String>,
    /// Which tokens a step keeps. confidence: the most certain first. random: in an order that is drawn for each image,
    /// so that images of one prompt differ more. Values: confidence, random. The library's default: "confidence".
    /// Source: confidence: RayGen's code; random: ours.
    pub position_choice: Option<String>,
    /// How a token is drawn. gumbel: the largest of logits / temperature + Gumbel noise. Values: gumbel. The library's
    /// default: "gumbel". Source: RayGen's code, after Muse.
    pub token_choice: Option<String>,
}

fn add<T: std::fmt::Display>(overrides: &mut Vec<String>, name: &str, value: &Option<T>) {
    if let Some(value) = value {
        overrides.push(format!("{name}={value}"));
    }
}

impl Sampling {
    /// What is set: "steps=12", …
    pub fn overrides(&self) -> Vec<String> {
        let mut set = Vec::new();
        add(&mut set, "preset", &self.preset);
        add(&mut set, "steps", &self.steps);
        add(&mut set, "temperature", &self.temperature);
        add(&mut set, "top_k_threshold", &self.top_k_threshold);
        add(&mut set, "guidance_scale", &self.guidance_scale);
        add(&mut set, "negative_prompt", &self.negative_prompt);
        add(&mut set, "schedule", &self.schedule);
        add(&mut set, "position_choice", &self.position_choice);
        add(&mut set, "token_choice", &self.token_choice);
        set
    }
}

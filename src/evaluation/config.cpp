#include "evaluation/config.hpp"

#include "config/print.hpp"
#include "config/read.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

namespace {

constexpr const char* kTitle = "Settings of `raygen evaluate`";

ConfigKeys keys_of(EvaluationConfig& c) {
  return {
      {"real", &c.real, "folder of a prepared dataset: the real images"},
      {"split",
       &c.split,
       "its images that the synthetic are compared with; those of train are the ones that a model "
       "may have memorised",
       {},
       {"train", "val", "test"}},
      {"synthetic", &c.synthetic,
       "folder that `raygen generate` made, folder of images, or CSV with prompt and img_savename"},
      {"model", &c.model, "model whose image encoder makes features; empty: none"},
      {"classifier", &c.classifier,
       "model whose classifier makes features and judges findings; empty: that of model, if it has "
       "one"},
      {"real_features", &c.real_features,
       "features of the real images, made elsewhere: .npy or safetensors, [N,d], a row an image in "
       "the dataset's order; without real and synthetic, only features are compared"},
      {"synthetic_features", &c.synthetic_features,
       "the same of the synthetic images, in the order of their table, or by name"},
      {"out", &c.out, "folder of the report"},
      {"seed", &c.seed, "of whatever is drawn"},
      {"neighbours", &c.neighbours, "k of precision, recall, density and coverage",
       between(1, 1000)},
      {"kid_subset_size", &c.kid_subset_size, "images of one subset of KID", between(2, 100'000)},
      {"kid_subsets", &c.kid_subsets, "subsets of KID", between(1, 10'000)},
      {"most_rows", &c.most_rows,
       "images a side in what compares all pairs; of more, so many are drawn",
       between(20, 100'000)},
      {"floor_draws", &c.floor_draws, "draws of real against real", between(2, 1000)},
      {"fid_infinity", &c.fid_infinity, "also FID extrapolated to infinite N"},
      {"radiomics", &c.radiomics, "also the radiomics distance FRD, of images of one size"},
      {"bootstrap_draws", &c.bootstrap_draws, "draws of patients for an interval",
       between(100, 100'000)},
      {"group_patients", &c.group_patients,
       "fewest patients of a group by sex, age or view whose fairness is looked at",
       between(2, 100'000)},
      {"prompt_pairs", &c.prompt_pairs, "pairs of images of one prompt whose likeness is averaged",
       between(0, 100'000)},
      {"lpips",
       &c.lpips,
       "network of LPIPS, which those pairs are compared by, too; empty: none",
       {},
       {"", "lpips_vgg", "lpips_alex", "stlpips_vgg", "stlpips_alex"}},
      {"lpips_weights", &c.lpips_weights,
       "its weights: a file, or several that each hold a part, between commas"},
      {"memorisation", &c.memorisation, "compare with the images of the split train"},
      {"shown_pairs", &c.shown_pairs, "synthetic images shown beside the nearest real one",
       between(0, 100)},
      {"membership_images", &c.membership_images,
       "training images, and as many held-out ones, that membership inference is tried on",
       between(0, 100'000)},
  };
}

}  // namespace

SetMeasureOptions set_measure_options(const EvaluationConfig& config) {
  SetMeasureOptions options;
  options.neighbours = config.neighbours;
  options.subset_size = config.kid_subset_size;
  options.subsets = config.kid_subsets;
  options.most_rows = config.most_rows;
  options.floor_draws = static_cast<int>(config.floor_draws);
  options.extrapolate = config.fid_infinity;
  options.seed = config.seed;
  return options;
}

EvaluationConfig evaluation_config_from_yaml(const std::string& yaml,
                                             const std::vector<std::string>& overrides,
                                             const std::string& where) {
  EvaluationConfig config;
  const ConfigKeys keys = keys_of(config);
  read_config(keys, yaml, where);
  for (const std::string& assignment : overrides) override_config(keys, assignment);
  return config;
}

std::string to_yaml(const EvaluationConfig& config) {
  EvaluationConfig copy = config;
  return to_yaml(keys_of(copy),
                 std::string(kTitle) + ": every key with its value and what it means.");
}

std::string evaluation_schema() {
  EvaluationConfig defaults;
  return json_text(to_schema(keys_of(defaults), kTitle), 2) + "\n";
}

}  // namespace raygen::engine

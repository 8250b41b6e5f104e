#include "evaluation/prompt_cliques.hpp"

#include "evaluation/features.hpp"
#include "formatted.hpp"
#include "memorisation/cliques.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

Measure clique_measure(const ImageSet& images, const std::vector<std::size_t>& which,
                       const at::Tensor& thumbnails, double delta) {
  std::map<std::string, std::vector<std::int64_t>> by_prompt;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const std::optional<std::string> text = images.text(which[i]);
    if (text && !text->empty()) by_prompt[*text].push_back(static_cast<std::int64_t>(i));
  }
  std::int64_t prompts = 0, with_clique = 0, looked_at = 0, cut = 0;
  std::size_t largest = 1, of = 1;
  std::string name;
  for (auto& [prompt, members] : by_prompt) {
    if (members.size() < 2) continue;
    if (static_cast<std::int64_t>(members.size()) > kMostInClique) {
      members.resize(kMostInClique);
      ++cut;
    }
    ++prompts;
    looked_at += static_cast<std::int64_t>(members.size());
    const std::size_t found =
        largest_clique(pairwise_distances(rows_of(thumbnails, members)), delta).size();
    with_clique += found > 1;
    if (found <= largest) continue;
    largest = found, of = members.size();
    name = images.name(which[static_cast<std::size_t>(members.front())]);
  }
  Measure measure;
  measure.key = "cliques", measure.name = "Prompts whose images repeat each other";
  measure.better = Better::lower;
  measure.features = "16 × 16 means, threshold of held-out patients";
  measure.synthetic_count = looked_at;
  if (prompts == 0) {
    measure.verdict = Verdict::undefined;
    measure.sentence = "It needs two images of one prompt; there are none.";
    return measure;
  }
  measure.value = static_cast<double>(with_clique) / static_cast<double>(prompts);
  measure.verdict = with_clique == 0 ? Verdict::good : Verdict::weak;
  measure.sentence =
      with_clique == 0
          ? formatted("No two images of a prompt are nearer than {:.3f} ({} prompts).", delta,
                      prompts)
          : formatted(
                "Of {} of {} prompts, images are nearer than {:.3f} to each other, as held-out "
                "images hardly ever come to a training image. The largest group has {} of {} "
                "images of the prompt of {}. What a model draws again and again it may know "
                "by heart.",
                with_clique, prompts, delta, largest, of, name);
  if (cut > 0)
    measure.sentence +=
        formatted(" Of {} prompts only the first {} images were looked at.", cut, kMostInClique);
  return measure;
}

}  // namespace raygen::engine

#include "plan.hpp"

#include <raygen/error.hpp>

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <iterator>
#include <locale>
#include <numeric>
#include <sstream>
#include <utility>

namespace raygen::cli {

std::size_t counted_images(std::size_t prompts, std::size_t count) {
  if (count > SIZE_MAX / prompts)
    throw Error(Status::limit, "--count: that many images cannot be counted");
  return count * prompts;
}

void check_indices(std::uint64_t first_image, std::size_t images) {
  if (images - 1 > UINT64_MAX - first_image)
    throw Error(Status::invalid_argument, "--first-image: the images' indices would pass 2^64");
}

Plan::Plan(Prompts prompts, std::size_t count) : prompts_(std::move(prompts)), by_class_(false) {
  counted_images(prompts_.texts.size(), count);
  for (std::size_t i = 0; i < prompts_.texts.size(); ++i) add({}, i, 1, count);
}

Plan::Plan(Prompts prompts, std::vector<double> weights, std::size_t count)
    : prompts_(std::move(prompts)), weights_(std::move(weights)), by_class_(false) {
  if (weights_.size() != prompts_.texts.size()) {
    throw Error(Status::invalid_argument,
                "--mix: " + std::to_string(weights_.size()) + " weights for " +
                    std::to_string(prompts_.texts.size()) + " prompts; as many were expected");
  }
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    std::ostringstream share;
    share.imbue(std::locale::classic());
    share << std::setprecision(3) << weights_[i] / sum;
    description_ += (i == 0 ? "" : " + ") + share.str() + " x " + prompts_.texts[i];
  }
  add({}, 0, 1, count);
}

Plan::Plan(std::vector<Class> classes) : by_class_(true) {
  const auto append = [](std::vector<std::string>& to, std::vector<std::string>& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  for (Class& each : classes) {
    if (each.images == 0) continue;  // its wordings are nobody's
    add(std::move(each.name), prompts_.texts.size(), each.wordings.texts.size(), each.images);
    append(prompts_.texts, each.wordings.texts);
    append(prompts_.sources, each.wordings.sources);
  }
}

void Plan::add(std::string name, std::size_t first_prompt, std::size_t prompts,
               std::size_t images) {
  groups_.push_back({std::move(name), total_, first_prompt, prompts});
  total_ += images;
}

const Plan::Group& Plan::group_of(std::size_t image) const {
  const auto next =
      std::upper_bound(groups_.begin(), groups_.end(), image,
                       [](std::size_t at, const Group& group) { return at < group.first_image; });
  return *std::prev(next);
}

std::size_t Plan::prompt_of(std::size_t image) const {
  const Group& group = group_of(image);
  return group.first_prompt + (image - group.first_image) % group.prompts;
}

const std::string& Plan::config_of(std::size_t image) const {
  static const std::string none;
  return prompts_.configs.empty() || mixed() ? none : prompts_.configs[prompt_of(image)];
}

}  // namespace raygen::cli

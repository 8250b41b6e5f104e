#pragma once
// Which images a run makes, and from which prompt each.

#include "prompts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

/// `count` images of each of `prompts` prompts. Throws Error(limit).
std::size_t counted_images(std::size_t prompts, std::size_t count);
/// Throws Error(invalid_argument) when so many images from index `first_image` on pass 2^64.
void check_indices(std::uint64_t first_image, std::size_t images);

/// Images 0..total-1, group after group: those of a prompt, those of a class, which takes its
/// wordings in turn, or those of a mix, each of which has all prompts.
class Plan {
 public:
  /// `count` images of each prompt. Throws Error(limit).
  Plan(Prompts prompts, std::size_t count);

  /// `count` images, each of which mixes all prompts by weight. Throws Error(invalid_argument).
  Plan(Prompts prompts, std::vector<double> weights, std::size_t count);

  /// Wordings of a class, and how many images are made of it.
  struct Class {
    std::string name;
    Prompts wordings;  // at least one
    std::size_t images = 0;
  };
  explicit Plan(std::vector<Class> classes);

  const Prompts& prompts() const { return prompts_; }
  std::size_t total() const { return total_; }
  bool by_class() const { return by_class_; }
  /// Position of an image's prompt in prompts().
  std::size_t prompt_of(std::size_t image) const;
  /// What an image is to show, for lists: its prompt, or its mix as Image::text("Description") has
  /// it.
  const std::string& text_of(std::size_t image) const {
    return mixed() ? description_ : prompts_.texts[prompt_of(image)];
  }
  /// The prompts that make an image.
  std::vector<std::string> prompts_of(std::size_t image) const {
    return mixed() ? prompts_.texts : std::vector<std::string>{text_of(image)};
  }
  bool mixed() const { return !weights_.empty(); }
  /// Of the prompts of a mix, as they were given.
  const std::vector<double>& weights() const { return weights_; }
  /// A config for an image alone; empty: none.
  const std::string& config_of(std::size_t image) const;
  /// Empty when the plan has no classes.
  const std::string& class_of(std::size_t image) const { return group_of(image).name; }

 private:
  struct Group {
    std::string name;
    std::size_t first_image, first_prompt, prompts;
  };
  const Group& group_of(std::size_t image) const;
  void add(std::string name, std::size_t first_prompt, std::size_t prompts, std::size_t images);

  Prompts prompts_;
  std::vector<double> weights_;  // none: the plan mixes no prompts
  std::string description_;      // of the mix
  std::vector<Group> groups_;    // none without images
  std::size_t total_ = 0;
  bool by_class_;
};

}  // namespace raygen::cli

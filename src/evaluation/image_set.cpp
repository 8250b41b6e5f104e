#include "evaluation/image_set.hpp"

#include "error.hpp"
#include "storage/sha256.hpp"

#include <array>
#include <utility>

namespace raygen::engine {

namespace {

class SplitImages final : public ImageSet {
 public:
  SplitImages(std::shared_ptr<const Dataset> dataset, Split split)
      : dataset_(std::move(dataset)), indices_(dataset_->indices(split)) {
    if (indices_.empty())
      fail(Status::invalid_argument, "dataset {} has no images in its split {}",
           dataset_->folder().string(), split_name(split));
  }
  std::size_t size() const override { return indices_.size(); }
  Image image(std::size_t i) const override { return dataset_image(*dataset_, indices_.at(i)); }
  std::string name(std::size_t i) const override { return record(i).id; }
  std::string group(std::size_t i) const override { return record(i).patient; }
  std::optional<std::string> text(std::size_t i) const override { return record(i).text; }
  std::optional<std::vector<std::string>> findings(std::size_t i) const override {
    return record(i).findings;
  }
  Subject subject(std::size_t i) const override {
    return {record(i).sex, record(i).age, record(i).view};
  }

 private:
  const Record& record(std::size_t i) const { return dataset_->record(indices_.at(i)); }

  std::shared_ptr<const Dataset> dataset_;
  std::vector<std::size_t> indices_;
};

class ListImages final : public ImageSet {
 public:
  ListImages(std::vector<ListedImage> list, const Limits& limits)
      : list_(std::move(list)), limits_(limits), told_(list_.size()) {}
  std::size_t size() const override { return list_.size(); }
  Image image(std::size_t i) const override { return to_grey(read(i)); }
  std::string name(std::size_t i) const override { return list_.at(i).name; }
  std::string group(std::size_t i) const override { return list_.at(i).file.string(); }
  std::optional<std::string> text(std::size_t i) const override {
    if (list_.at(i).prompt) return list_[i].prompt;
    if (!told_[i]) read(i);
    if (told_[i]->empty()) return std::nullopt;
    return told_[i];
  }
  std::optional<std::vector<std::string>> findings(std::size_t) const override {
    return std::nullopt;
  }
  Subject subject(std::size_t i) const override { return list_.at(i).subject; }

 private:
  Image read(std::size_t i) const {
    Image image = read_image(list_.at(i).file, limits_);
    const auto told = image.text.find("Description");
    told_[i] = told == image.text.end() ? std::string() : told->second;
    return image;
  }

  std::vector<ListedImage> list_;
  Limits limits_;
  mutable std::vector<std::optional<std::string>> told_;  // by images that were read
};

}  // namespace

Image dataset_image(const Dataset& dataset, std::size_t i) {
  const std::int64_t side = dataset.resolution();
  Image image{side, side, 1, {}, {}};
  for (const std::uint8_t value : dataset.pixels(i))
    image.pixels.push_back(static_cast<float>(value) / 255.0F);
  return image;
}

std::unique_ptr<ImageSet> images_of_split(std::shared_ptr<const Dataset> dataset, Split split) {
  return std::make_unique<SplitImages>(std::move(dataset), split);
}

std::unique_ptr<ImageSet> images_of_list(std::vector<ListedImage> list, const Limits& limits) {
  return std::make_unique<ListImages>(std::move(list), limits);
}

std::string content_sha256(const Image& image) {
  Sha256 sum;
  const std::array sizes{image.width, image.height, image.channels};
  sum.update(sizes.data(), sizeof sizes);
  sum.update(image.pixels.data(), image.pixels.size() * sizeof(float));
  return sum.hex();
}

}  // namespace raygen::engine

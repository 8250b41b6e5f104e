#pragma once
// The images of a run as its lists tell of them: images.csv, data_info.json, --json.

#include "plan.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace raygen::cli {

class ImageRecords {
 public:
  /// `first_image`: the index of image 0 of the plan, which must outlive this. `extension`: of the
  /// images' files.
  ImageRecords(const Plan& plan, std::filesystem::path folder, std::uint64_t seed,
               std::uint64_t first_image, std::string extension);

  std::uint64_t index_of(std::size_t image) const { return first_image_ + image; }
  /// Where an image is written.
  std::filesystem::path path_of(std::size_t image) const;
  std::filesystem::path steps_path_of(std::size_t image) const;

  /// `skipped`: the image was there already, or another process has made it.
  void add(std::size_t image, bool skipped);
  std::size_t size() const { return records_.size(); }
  std::size_t made() const { return made_; }
  /// The plan's images that are there, in order.
  std::vector<std::size_t> images() const;

  /// images.csv and, of a plan by class, data_info.json, as RayGen's code writes it. Throws
  /// Error(io).
  void write_lists() const;
  nlohmann::ordered_json json(bool with_steps) const;

 private:
  struct Record {
    std::size_t image;
    bool skipped;
  };
  std::vector<Record> in_order() const;

  const Plan& plan_;
  std::filesystem::path folder_;
  std::uint64_t seed_, first_image_;
  std::string extension_;
  std::vector<Record> records_;
  std::size_t made_ = 0;
};

/// Writes what an image carries under "raygen" into a file of its own, 00042.json beside 00042.png,
/// unless it says so already. Throws Error(io).
void write_sidecar(const std::filesystem::path& image, const std::string& settings);

}  // namespace raygen::cli

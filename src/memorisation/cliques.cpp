#include "memorisation/cliques.hpp"

#include "error.hpp"
#include "memorisation/features.hpp"

#include <ATen/ATen.h>

#include <array>
#include <bit>
#include <utility>

namespace raygen::engine {

namespace {

using Members = std::uint64_t;  // bit i: image i

constexpr Members only(int i) { return Members{1} << i; }

class CliqueSearch {
 public:
  explicit CliqueSearch(std::vector<Members> neighbours) : neighbours_(std::move(neighbours)) {}

  Members largest() {
    const auto count = static_cast<int>(neighbours_.size());
    extend(0, count == 64 ? ~Members{0} : only(count) - 1);
    return best_;
  }

 private:
  /// Candidates in the order of their colours, none of which two neighbours share: a clique of the
  /// first i + 1 of them has at most bound[i] members.
  struct Coloured {
    std::array<int, 64> image, bound;
    int count = 0;
  };

  Coloured coloured(Members candidates) const {
    Coloured result;
    for (int colour = 1; candidates != 0; ++colour) {
      for (Members open = candidates; open != 0;) {
        const int image = std::countr_zero(open);
        open &= ~(only(image) | neighbours_[static_cast<std::size_t>(image)]);
        candidates &= ~only(image);
        result.image[static_cast<std::size_t>(result.count)] = image;
        result.bound[static_cast<std::size_t>(result.count++)] = colour;
      }
    }
    return result;
  }

  void extend(Members clique, Members candidates) {
    if (std::popcount(clique) > std::popcount(best_)) best_ = clique;
    const Coloured order = coloured(candidates);
    for (int i = order.count - 1; i >= 0; --i) {
      const auto place = static_cast<std::size_t>(i);
      if (std::popcount(clique) + order.bound[place] <= std::popcount(best_)) return;
      const int image = order.image[place];
      extend(clique | only(image), candidates & neighbours_[static_cast<std::size_t>(image)]);
      candidates &= ~only(image);
    }
  }

  std::vector<Members> neighbours_;
  Members best_ = 0;
};

void check_clique_size(std::int64_t images) {
  if (images > kMostInClique)
    fail(Status::limit, "{} images were given to be searched for a clique; at most {} are allowed",
         images, kMostInClique);
}

}  // namespace

at::Tensor pairwise_distances(const at::Tensor& features) {
  check_features(features, "features", 1);
  check_clique_size(features.size(0));
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < features.size(0); ++i)
    rows.push_back((features - features[i]).square().sum(1).sqrt());
  return at::stack(rows);
}

std::vector<std::size_t> largest_clique(const at::Tensor& distances, double delta) {
  check_features(distances, "distances", 1);
  const std::int64_t count = distances.size(0);
  check_clique_size(count);
  if (distances.size(1) != count || !at::equal(distances, distances.t()))
    fail(Status::invalid_argument,
         "the distances are [{},{}]; a symmetric square of all pairs was expected", count,
         distances.size(1));
  const at::Tensor near = (distances < delta).contiguous();
  const bool* const is_near = near.const_data_ptr<bool>();
  std::vector<Members> neighbours(static_cast<std::size_t>(count), 0);
  for (int i = 0; i < static_cast<int>(count); ++i)
    for (int j = 0; j < static_cast<int>(count); ++j)
      if (i != j && is_near[i * count + j]) neighbours[static_cast<std::size_t>(i)] |= only(j);
  const Members largest = CliqueSearch(std::move(neighbours)).largest();
  std::vector<std::size_t> images;
  for (int i = 0; i < static_cast<int>(count); ++i)
    if ((largest & only(i)) != 0) images.push_back(static_cast<std::size_t>(i));
  return images;
}

}  // namespace raygen::engine

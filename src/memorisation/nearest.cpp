#include "memorisation/nearest.hpp"

#include "error.hpp"
#include "memorisation/features.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t kReferenceRows = 4096;  // in memory at once

/// Squared distances [n,m]. By products, so close pairs are exact to about 1e-16 of the squared
/// distance from the queries' centre, which is enough to choose by.
at::Tensor squared(const at::Tensor& queries, const at::Tensor& reference) {
  const at::Tensor centre = queries.mean(0), x = queries - centre, y = reference - centre;
  return x.square().sum(1, /*keepdim=*/true) + y.square().sum(1) - at::matmul(x, y.t()) * 2;
}

/// The k nearest of the reference to a block of queries, whose first row has the number `first`.
/// others: the reference is the set that the queries are of.
at::Tensor chosen(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k,
                  std::int64_t first, bool others) {
  at::Tensor best, indices;
  for (std::int64_t begin = 0; begin < reference.size(0); begin += kReferenceRows) {
    const std::int64_t rows = std::min(kReferenceRows, reference.size(0) - begin);
    at::Tensor distances = squared(queries, reference.narrow(0, begin, rows).to(at::kDouble));
    for (std::int64_t i = 0; others && i < queries.size(0); ++i) {
      const std::int64_t own = first + i - begin;
      if (own >= 0 && own < rows) distances[i][own].fill_(std::numeric_limits<double>::infinity());
    }
    auto [values, found] = distances.topk(std::min(k, rows), 1, /*largest=*/false);
    found = found + begin;
    if (best.defined()) {
      values = at::cat({best, values}, 1);
      found = at::cat({indices, found}, 1);
    }
    const at::Tensor order = values.argsort(/*stable=*/true, /*dim=*/1, /*descending=*/false)
                                 .narrow(1, 0, std::min(k, values.size(1)));
    best = values.gather(1, order);
    indices = found.gather(1, order);
  }
  return indices;
}

Nearest search(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k,
               bool others) {
  std::vector<at::Tensor> indices, distances;
  std::int64_t first = 0;
  for (const at::Tensor& rows : queries.split(kPairRows)) {
    const at::Tensor found = chosen(rows, reference, k, first, others);
    std::vector<at::Tensor> exact;
    for (std::int64_t i = 0; i < k; ++i) {
      const at::Tensor own = reference.index_select(0, found.select(1, i)).to(at::kDouble);
      exact.push_back((rows - own).square().sum(1).sqrt());
    }
    const at::Tensor columns = at::stack(exact, 1);
    const at::Tensor order = columns.argsort(/*stable=*/true, /*dim=*/1, /*descending=*/false);
    distances.push_back(columns.gather(1, order));
    indices.push_back(found.gather(1, order));
    first += rows.size(0);
  }
  return {at::cat(indices), at::cat(distances)};
}

void check_k(std::int64_t k, std::int64_t most) {
  if (k < 1 || k > most)
    fail(Status::invalid_argument, "k is {}; 1 to {} was expected of as many other images", k,
         most);
}

}  // namespace

Nearest nearest(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k) {
  check_features(queries, "features to search for", 1);
  check_features(reference, "features to search in", 1);
  if (queries.size(1) != reference.size(1))
    fail(Status::invalid_argument,
         "the features to search for have {} columns, those to search in {}: features of one "
         "extractor were expected",
         queries.size(1), reference.size(1));
  check_k(k, reference.size(0));
  return search(queries, reference, k, /*others=*/false);
}

Nearest nearest_others(const at::Tensor& set, std::int64_t k) {
  check_features(set, "features", 2);
  check_k(k, set.size(0) - 1);
  return search(set, set, k, /*others=*/true);
}

Nearest nearest_of_checked(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k) {
  return search(queries, reference, k, /*others=*/false);
}

}  // namespace raygen::engine

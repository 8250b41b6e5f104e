#include "class_counts.hpp"

#include "class_file.hpp"

#include <raygen/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace raygen::cli {
namespace {

constexpr int most_images = 1000000000;

[[noreturn]] void refuse_amount(const ListedClass& each, const char* expected) {
  refuse_classes(each.source, "the " + each.amount_key + " of the class \"" + each.name +
                                  "\" is \"" + each.amount + "\"; " + expected + " was expected");
}

template <typename Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::size_t count_of(const ListedClass& each) {
  const auto count = number_in<std::uint64_t>(each.amount);
  if (!count || *count > std::uint64_t{most_images})
    refuse_amount(each, "a whole number of 0 to 1000000000");
  return *count;
}

/// A class's share of the images, relative to the others'.
double share_of(const ListedClass& each) {
  if (each.amount_key.empty()) return 1;
  const auto number = number_in<double>(each.amount);
  const bool is_number = number && std::isfinite(*number);
  if (each.amount_key == "proportion") {
    if (!is_number || *number < 0) refuse_amount(each, "a number of at least 0");
    return *number;
  }
  if (!is_number || *number <= 0 || !std::isfinite(1 / *number))
    refuse_amount(each, "a number above 0, of which the inverse is the class's share,");
  return 1 / *number;
}

/// All classes say it in the same way, or none says anything.
void check_same_key(const std::vector<ListedClass>& classes) {
  const ListedClass& first = classes.front();
  for (const ListedClass& each : classes) {
    if (each.amount_key == first.amount_key) continue;
    const auto what = [](const ListedClass& of) {
      return of.amount_key.empty() ? "no count, proportion or frequency" : "a " + of.amount_key;
    };
    refuse_classes(each.source, "the class \"" + each.name + "\" has " + what(each) + ", and \"" +
                                    first.name + "\" has " + what(first) +
                                    "; all classes need the same");
  }
}

std::vector<std::size_t> given_counts(const std::vector<ListedClass>& classes,
                                      const std::string& file, std::optional<std::size_t> total) {
  std::vector<std::size_t> counts;
  for (const ListedClass& each : classes) counts.push_back(count_of(each));
  const std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  if (total && *total != sum)
    throw Error(Status::invalid_argument, "--total: " + std::to_string(*total) +
                                              " contradicts the counts of " + file +
                                              ", whose sum is " + std::to_string(sum));
  if (sum == 0) refuse_classes(file, "every count is 0");
  return counts;
}

std::vector<std::size_t> shared_counts(const std::vector<ListedClass>& classes,
                                       const std::string& file, std::optional<std::size_t> total) {
  if (!total)
    throw Error(Status::invalid_argument,
                "--total N is required: " + file + " has no counts to say how many images to make");
  std::vector<double> shares;
  for (const ListedClass& each : classes) shares.push_back(share_of(each));
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (sum == 0) refuse_classes(file, "every proportion is 0");
  if (!std::isfinite(sum)) refuse_classes(file, "the shares of the classes have no finite sum");
  return share_out(*total, shares);
}

}  // namespace

CLI::Option* add_class_options(CLI::App* command, ClassArguments& arguments) {
  CLI::Option* classes =
      command
          ->add_option("--classes", arguments.file,
                       "Make images by class: a file with each class's name, prompts and count, "
                       "proportion or frequency. Leaves out what is there, as --resume does")
          ->type_name("FILE");
  command
      ->add_option("--total", arguments.total,
                   "With --classes: images in all, shared out by proportion, by 1 / frequency or "
                   "equally")
      ->check(CLI::Range(1, most_images))
      ->needs(classes)
      ->type_name("N");
  return classes;
}

std::vector<std::size_t> share_out(std::size_t total, const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<std::size_t> counts;
  std::vector<double> remainders;
  for (const double share : shares) {
    const double quota = static_cast<double>(total) * (share / sum);
    counts.push_back(static_cast<std::size_t>(quota));
    remainders.push_back(std::round(1e6 * (quota - std::floor(quota))));  // no rounding error wins
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  std::size_t left = total - std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t i = 0; left > 0; i = (i + 1) % order.size()) {
    if (shares[order[i]] == 0) continue;
    ++counts[order[i]];
    --left;
  }
  return counts;
}

std::vector<Plan::Class> read_classes(const ClassArguments& arguments) {
  const auto& [file, total] = arguments;
  std::vector<ListedClass> listed = read_class_file(file);
  check_same_key(listed);
  const std::vector<std::size_t> counts = listed.front().amount_key == "count"
                                              ? given_counts(listed, file, total)
                                              : shared_counts(listed, file, total);
  std::vector<Plan::Class> classes;
  for (std::size_t i = 0; i < listed.size(); ++i)
    classes.push_back({std::move(listed[i].name), std::move(listed[i].wordings), counts[i]});
  return classes;
}

}  // namespace raygen::cli

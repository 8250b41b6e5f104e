#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "import/names.hpp"
#include "import/source_file.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{4} << 20;

/// The tensor as a bundle stores it.
at::Tensor weight(const at::Tensor& tensor, const std::string& name, const std::string& where) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
    case at::kHalf:
    case at::kBFloat16:
    case at::kDouble:
      break;
    default:
      fail(Status::format, "{}: tensor {} is {}, a weight was expected", where, in_quotes(name),
           c10::toString(tensor.scalar_type()));
  }
  const at::Tensor kept = tensor.scalar_type() == at::kDouble ? tensor.to(at::kFloat) : tensor;
  if (!kept.isfinite().all().item<bool>())
    fail(Status::numeric, "{}: tensor {} holds NaN or infinity", where, in_quotes(name));
  return kept;
}

}  // namespace

std::int64_t WeightTable::extent(const std::string& name, std::size_t dimensions,
                                 std::size_t dimension) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    fail(Status::format, "{}: tensor {} is missing", where_, in_quotes(name));
  const at::IntArrayRef shape = found->second.sizes();
  if (shape.size() != dimensions) {
    fail(Status::format, "{}: tensor {} has the shape [{}], {} dimensions were expected", where_,
         in_quotes(name), fmt::join(shape, ","), dimensions);
  }
  return shape[dimension];
}

std::int64_t WeightTable::count(const std::string& prefix) const {
  std::int64_t next = 0;
  for (;; ++next) {
    const std::string start = formatted("{}{}.", prefix, next);
    const auto found = tensors_.lower_bound(start);
    if (found == tensors_.end() || !found->first.starts_with(start)) return next;
  }
}

TensorMap WeightTable::select(const std::vector<TensorSpec>& specs,
                              const std::vector<std::string>& unused, ImportNotes& notes) const {
  TensorMap selected;
  for (const TensorSpec& spec : specs) {
    if (const auto found = tensors_.find(spec.name); found != tensors_.end())
      selected.insert(*found);
  }
  check_tensors(specs, forms_of(selected), where_);
  leave_out(selected, unused, notes);
  for (auto& [name, tensor] : selected) tensor = weight(tensor, name, where_);
  return selected;
}

void WeightTable::leave_out(const TensorMap& selected, const std::vector<std::string>& unused,
                            ImportNotes& notes) const {
  const std::string source = file_name_of(where_);
  constexpr std::size_t most_named = 6;
  const std::string* first_unknown = nullptr;
  std::set<std::string> groups;
  for (const auto& [name, tensor] : tensors_) {
    if (selected.count(name) != 0) continue;
    const auto starts = [&key = name](const std::string& start) { return key.starts_with(start); };
    const std::string group = name.substr(0, name.find('.'));
    if (std::any_of(unused.begin(), unused.end(), starts)) {
      notes.left_out(source, group, "not part of the network that is used", false);
    } else if (const std::optional<std::string> what = known_extra(name)) {
      notes.left_out(source, group, *what, true);
    } else {
      if (first_unknown == nullptr) first_unknown = &name;
      if (groups.size() < most_named) groups.insert(group);
    }
  }
  if (first_unknown == nullptr) return;
  fail(Status::format,
       "{}: tensor {} is unknown to the architecture; if it is not needed, leave it out: --ignore "
       "{}",
       where_, in_quotes(*first_unknown), fmt::join(groups, " --ignore "));
}

TensorMap own_names(const TensorMap& tensors, const std::string& anchor,
                    const std::vector<std::string>& ignore, const std::string& where,
                    ImportNotes& notes) {
  const std::string source = file_name_of(where);
  const auto ignored = [&](const std::string& name) {
    const auto found = std::find_if(ignore.begin(), ignore.end(), [&](const std::string& prefix) {
      return name.starts_with(prefix);
    });
    return found == ignore.end() ? std::nullopt : std::optional(*found);
  };
  TensorMap wanted;
  for (const auto& [name, tensor] : tensors) {
    auto prefix = ignored(name);
    if (!prefix) prefix = ignored(without_wrappers(name));
    if (prefix)
      notes.left_out(source, *prefix, "as --ignore asks", false);
    else
      wanted.emplace(name, tensor);
  }
  TensorMap plain = without_wrappers(wanted, where);
  const std::optional<std::string> own = prefix_of(plain, anchor, where);
  if (!own || own->empty()) return plain;
  if (is_average(*own))
    notes.add("{}: the average of the weights under {} was taken, since there are no others.",
              source, in_quotes(*own));
  TensorMap named;
  for (auto& [name, tensor] : plain) {
    const std::string key = name.starts_with(*own) ? name.substr(own->size()) : name;
    if (const auto prefix = ignored(key)) {
      notes.left_out(source, *prefix, "as --ignore asks", false);
    } else if (!named.emplace(key, std::move(tensor)).second) {
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(key));
    }
  }
  return named;
}

void note_taken(const Checkpoint& checkpoint, const char* network, ImportNotes& notes) {
  const std::string file = checkpoint.path.filename().string();
  if (checkpoint.taken.empty())
    notes.took("The {}: {} tensors of {}.", network, checkpoint.tensors.size(), file);
  else
    notes.took("The {}: {} tensors of {}, {}.", network, checkpoint.tensors.size(), file,
               checkpoint.taken);
  for (const std::string& what : checkpoint.left_out)
    notes.left_out(formatted("{}: {} was left out.", file, what));
}

std::string read_config(const std::filesystem::path& path, const Limits& limits) {
  std::string text(
      MappedFile::open(path, std::min(limits.max_file_bytes, kMaxConfigBytes))->text());
  refuse_stand_in(text, path.string());
  return text;
}

}  // namespace raygen::engine

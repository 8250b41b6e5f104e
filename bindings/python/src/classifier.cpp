#include "binding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace raygen::python {

namespace {

using Network = Guarded<Classifier>;

py::ssize_t size(std::size_t count) { return static_cast<py::ssize_t>(count); }

py::dict classify(Network& self, const std::vector<Floats>& pixels, bool with_maps) {
  std::vector<Image> images;
  for (const Floats& each : pixels) images.push_back(image_of(each));
  const Classification seen =
      self.call([&](Classifier& classifier) { return classifier.classify(images, with_maps); });
  const py::ssize_t count = size(seen.count()), classes = size(seen.class_count());
  py::list names, thresholds;
  for (std::size_t k = 0; k < seen.class_count(); ++k) {
    names.append(seen.class_name(k));
    thresholds.append(seen.threshold(k));
  }
  py::dict result;
  result["class_names"] = names;
  result["thresholds"] = thresholds;
  result["logits"] = copied(seen.logits(), {count, classes});
  result["probabilities"] = copied(seen.probabilities(), {count, classes});
  result["features"] = copied(seen.features(), {count, size(seen.feature_width())});
  result["maps"] = py::none();
  if (with_maps) {
    // One map of a classification follows another.
    const Span<float> maps(seen.map(0, 0).data(), seen.count() * seen.class_count() *
                                                      seen.map_height() * seen.map_width());
    result["maps"] =
        copied(maps, {count, classes, size(seen.map_height()), size(seen.map_width())});
  }
  return result;
}

/// The class of a name or, where none is given, the most probable of those that have one.
std::size_t class_of(const Classification& seen, const std::optional<std::string>& name) {
  std::optional<std::size_t> found;
  for (std::size_t k = 0; k < seen.class_count(); ++k) {
    const std::string own = seen.class_name(k);
    if (own.empty() || (name && own != *name)) continue;
    if (!found || seen.probability(0, k) > seen.probability(0, *found)) found = k;
  }
  if (!found)
    throw Error(Status::invalid_argument,
                name ? "the classifier has no class \"" + *name + "\""
                     : std::string("no class of the classifier has a name"));
  return *found;
}

py::tuple explain(Network& self, const Floats& pixels, const std::optional<std::string>& name) {
  const Image image = image_of(pixels);
  return picture(self.call([&](Classifier& classifier) {
    const Classification seen = classifier.classify(image, true);
    return seen.overlay(0, class_of(seen, name), image);
  }));
}

}  // namespace

void add_classifier(py::module_& module) {
  py::class_<Network>(module, "Classifier")
      .def(py::init<const Model&>())
      .def("classify", &classify)
      .def("explain", &explain);
}

}  // namespace raygen::python

#pragma once
// Procedural chest radiographs: line integrals of attenuation through a parametric thorax, with
// findings of known side, place and severity.

#include "image/image.hpp"
#include "job.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

enum class Finding {
  atelectasis,
  cardiomegaly,
  consolidation,
  edema,
  fracture,
  lung_lesion,
  lung_opacity,
  pleural_effusion,
  pneumonia,
  pneumothorax,
};
inline constexpr int kFindings = 10;
inline constexpr std::array<std::string_view, kFindings> kFindingNames{
    "Atelectasis", "Cardiomegaly", "Consolidation",    "Edema",     "Fracture",
    "Lung Lesion", "Lung Opacity", "Pleural Effusion", "Pneumonia", "Pneumothorax"};

/// The patient's side: the patient's left is on the image's right.
enum class Side { none, left, right, both };
enum class Severity { mild, moderate, severe };
/// Where in the lung, or in the rib cage for a fracture; `none` where the finding has no zone.
enum class Zone { none, upper, mid, lower };
/// Posteroanterior or anteroposterior projection.
enum class View { pa, ap };

struct PhantomFinding {
  Finding finding;
  Side side;
  Severity severity;
  Zone zone;
};

struct Phantom {
  int size = 0;
  std::vector<float> pixels;  // [size × size], 0..1, row-major
  View view = View::pa;
  int age = 0;
  char sex = 'F';
  std::vector<PhantomFinding> findings;
  std::vector<std::vector<std::uint8_t>> masks;  // one a finding: [size × size], 0 or 255
  std::string report;
};

/// Sizes that can be drawn: multiples of 32 from 64 to 1024.
inline constexpr int kSmallestPhantom = 64, kLargestPhantom = 1024, kPhantomStep = 32;

/// Throws Error(invalid_argument) for a size that cannot be drawn.
void check_phantom_size(int size);

/// A pure function of its arguments. Throws Error(invalid_argument) for a size that cannot be
/// drawn.
Phantom draw_phantom(std::uint64_t seed, std::uint64_t index, int size);
/// The same without pixels and masks: size 0.
Phantom describe_phantom(std::uint64_t seed, std::uint64_t index);
/// The same patient with these findings instead of drawn ones.
Phantom draw_phantom(std::uint64_t seed, std::uint64_t index, int size,
                     const std::vector<PhantomFinding>& findings);
Phantom describe_phantom(std::uint64_t seed, std::uint64_t index,
                         const std::vector<PhantomFinding>& findings);

/// Parts of a phantom's anatomy: "left lung", "right lung", "lungs", "heart", "mediastinum". A lung
/// is what it has room in, also where a disease has taken it.
const std::vector<std::string_view>& phantom_regions();

/// Where a region is in draw_phantom(seed, index, size), or in the same patient without findings:
/// grey, 1 in the region. Throws Error(invalid_argument) for a region that there is not.
Image draw_phantom_region(std::uint64_t seed, std::uint64_t index, int size, bool healthy,
                          std::string_view region);

/// The same of the phantom whose image write_phantoms() has written to `image`. Throws
/// Error(invalid_argument | io | format) when the image is none of a folder of phantoms.
Image read_phantom_region(const std::filesystem::path& image, std::string_view region);

struct PhantomFolderOptions {
  std::uint64_t seed = 0;
  std::uint64_t first = 0;  // index of the first phantom, also its patient's id
  std::uint64_t count = 0;
  int size = 128;
  bool masks = false;
  bool healthy = false;  // the same patients without their findings
};

/// Writes images/P000123.png, masks/P000123_pleural_effusion.png when asked for, and at the end
/// phantoms.csv, which also keeps what earlier runs listed. A second run leaves the images that are
/// there and draws the rest. `progress` gets the number done and may return false to cancel. Throws
/// Error(invalid_argument | io | format | cancelled); a folder made with another seed or size is
/// refused.
void write_phantoms(const PhantomFolderOptions& options, const std::filesystem::path& folder,
                    const std::function<bool(std::uint64_t done)>& progress, const Job* job);

}  // namespace raygen::engine

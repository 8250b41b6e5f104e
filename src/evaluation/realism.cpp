#include "evaluation/realism.hpp"

#include "evaluation/table_cells.hpp"
#include "formatted.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace raygen::engine {

namespace {

/// CheXGenBench's columns, in its order; an empty key is what cannot be computed.
struct BenchmarkColumn {
  const char* name;
  const char* key;
  Better better;
  double factor;
};
constexpr std::array<BenchmarkColumn, 7> kBenchmark = {
    {{"FID", "fid", Better::lower, 1},
     {"KID", "kid", Better::lower, 1e-3},  // there it is not times 1000
     {"Alignment", "", Better::higher, 1},
     {"Precision", "precision", Better::higher, 1},
     {"Recall", "recall", Better::higher, 1},
     {"Density", "density", Better::higher, 1},
     {"Coverage", "coverage", Better::higher, 1}}};

using BenchmarkRow = std::vector<TableCell>;

/// The set's row and, if there is a floor, that of real images.
std::vector<BenchmarkRow> benchmark_rows(const ComparedSets& sets,
                                         const std::vector<Measure>& measures) {
  BenchmarkRow made{text_cell(sets.description)}, real{text_cell({})};
  std::int64_t floor_count = 0;
  for (const BenchmarkColumn& column : kBenchmark) {
    const auto found = std::find_if(measures.begin(), measures.end(),
                                    [&](const Measure& each) { return each.key == column.key; });
    TableCell value, floor;
    if (found != measures.end() && found->value) value.number = *found->value * column.factor;
    if (found != measures.end() && found->floor) {
      floor.number = found->floor->value * column.factor;
      floor_count = found->floor->count;
    }
    made.push_back(std::move(value));
    real.push_back(std::move(floor));
  }
  if (floor_count == 0) return {std::move(made)};
  real.front().text = formatted("real against real, {} a side", floor_count);
  return {std::move(made), std::move(real)};
}

MeasureTable benchmark_table() {
  MeasureTable table;
  table.key = "chexgenbench", table.title = "In the order of CheXGenBench";
  table.note =
      "Values of the whole set; KID is not times 1000 here. CheXGenBench takes the features of "
      "Inception or RAD-DINO: give such files with real_features and synthetic_features. Alignment "
      "is empty, because it is the likeness that BioViL-T sees between image and prompt, and "
      "libraygen has no such network: what was asked and what is seen is further down. FID of "
      "fewer images is higher.";
  table.columns = {{"Features"}};
  for (const BenchmarkColumn& column : kBenchmark)
    table.columns.push_back({column.name, column.better, 3});
  return table;
}

}  // namespace

ReportSection realism_section(const std::vector<ComparedSets>& sets,
                              const SetMeasureOptions& options,
                              const std::function<void(std::size_t done)>& begin) {
  ReportSection section;
  section.key = "realism", section.title = "Do the images look like real ones?";
  section.introduction =
      "Networks turn each image into numbers, and the two sets are compared by them. Next to each "
      "value stands its floor: one half of the real patients compared with the other half in the "
      "same way. A value at its floor cannot be better. Values of other networks or other numbers "
      "of images are not comparable.";
  MeasureTable table = benchmark_table();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    begin(i);
    std::vector<Measure> measures =
        set_measures(*sets[i].real, *sets[i].synthetic, sets[i].description, options);
    for (auto& row : benchmark_rows(sets[i], measures)) table.rows.push_back(std::move(row));
    for (Measure& measure : measures) {
      measure.key += "_" + sets[i].key;
      measure.name += formatted(" ({})", sets[i].name);
      section.measures.push_back(std::move(measure));
    }
  }
  if (!table.rows.empty()) section.tables.push_back(std::move(table));
  return section;
}

}  // namespace raygen::engine

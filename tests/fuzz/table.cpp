// Any bytes as a table of images: its columns, paths, patients and findings. Refused with an Error,
// or every image that is not skipped lies within the folder and no patient is in two splits.

#include "dataset/patients.hpp"
#include "dataset/table_rows.hpp"
#include "error.hpp"
#include "scratch_folder.hpp"
#include "seeds.hpp"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace raygen::engine;

namespace {

void check(const Candidate& candidate, const std::filesystem::path& root) {
  const std::filesystem::path inside = candidate.file.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") std::abort();
  if (candidate.record.id.empty() || candidate.record.patient.empty()) std::abort();
}

/// The folder that a table is in: an image in a folder, a link to a file and one to a folder
/// outside.
std::filesystem::path folder_of_tables(const ScratchFolder& scratch) {
  scratch.write("in/a.png", "");
  scratch.write("in/train/patient00001/study1/b.png", "");
  scratch.write("outside/c.png", "");
  std::filesystem::create_symlink("../outside/c.png", scratch.path() / "in/link.png");
  std::filesystem::create_directory_symlink("../outside", scratch.path() / "in/out");
  return std::filesystem::canonical(scratch.path() / "in");
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {
      "path,text,patient_id,split,view,findings,id\n"
      "a.png,One.,7,train,PA,Edema | Pneumonia,1\nlink.png,Two.,007.0,val,,,2\n",
      "image;filename;report;subject_id;patient\nChest;a.png;x;1;1\nChest;out/c.png;y;2;2\n",
      "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,text\n"
      "CheXpert-v1.0/train/patient00001/study1/b.png,F,5,Frontal,AP,1.0,-1.0,x\n",
      "uid,filename,projection,Problems,image,findings,impression\n"
      "1,a.png,Frontal,normal;mass,Chest,nan,Clear.\n1,link.png,Lateral,,Chest,y,\n",
      "image_id,rad_id,class_name,x_min,report,patient\na,R1,Mass,1,x,1\na,R2,No finding,,y,1\n",
      ",ImageID,ImageDir,PatientID,Projection,Labels,Report\n0,a.png,out,1,PA,\"['a', "
      "\"\"b\"\"]\",x\n",
      "dicom_id,subject_id,study_id,text\na,10000032,5,x\n",
      "ImageId, EncodedPixels,text\na.png, -1,x\n",
      "path,text\n../outside/c.png,x\n/etc/passwd,y\nout/../a.png,z\n./.,w\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder scratch;
  static const std::filesystem::path root = folder_of_tables(scratch);
  scratch.write("in/table.csv", {reinterpret_cast<const char*>(data), size});
  TableOptions options;
  options.limits.max_file_bytes = 1 << 20;
  options.tables = {{root / "table.csv", {}}};
  options.text_from_findings = size % 5 == 0;
  options.patient_per_image = size % 2 == 0;
  try {
    TableRows rows(options, {root});
    rows.read(0, nullptr);
    rows.finish();
    std::map<std::string, Split> splits;
    for (const Candidate& candidate : rows.candidates()) {
      if (!candidate.problem.empty()) continue;
      check(candidate, root);
      const Record& record = candidate.record;
      if (splits.try_emplace(record.patient, record.split).first->second != record.split)
        std::abort();
    }
    if (rows.description().find('\n') != std::string::npos) std::abort();
  } catch (const Error&) {
  }
  return 0;
}

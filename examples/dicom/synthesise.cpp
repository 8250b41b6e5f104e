// A chest DICOM goes through the tokens and back, and another image is generated from a sentence.
// The first stays in the patient's study and names its source, the second is nobody's. Both are
// DICOM files that say that they are synthetic and how they were made.
//
//   synthesise MODEL IN.dcm RECONSTRUCTED.dcm GENERATED.dcm SENTENCE
#include <raygen/raygen.hpp>

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: " << argv[0] << " MODEL IN.dcm RECONSTRUCTED.dcm GENERATED.dcm SENTENCE\n";
    return 2;
  }
  try {
    const auto model = raygen::Model::open(argv[1]);
    raygen::Encoder codec(model);
    const raygen::Image reconstructed = codec.decode(codec.encode(raygen::Image::read(argv[2])));
    raygen::DicomOptions of_the_patient;
    of_the_patient.template_path = argv[2];
    of_the_patient.derived_from_template = true;
    for (const std::string& warning : reconstructed.write_dicom(argv[3], of_the_patient))
      std::cerr << "warning: " << warning << '\n';

    raygen::Options options;
    options.seed = 7;
    raygen::Generator(model).generate({argv[5]}, options)[0].write_dicom(argv[4]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

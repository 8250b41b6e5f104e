// itk::Image in, itk::Image out: an image goes through a model's tokens and back, another is
// generated from a sentence.
//   reconstruct MODEL IN.png RECONSTRUCTED.mha GENERATED.mha SENTENCE
#include <raygen/raygen.hpp>

#include <itkImage.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>

#include <algorithm>
#include <iostream>
#include <vector>

using Picture = itk::Image<float, 2>;

/// Any range of values to 0..1.
raygen::Image to_raygen(const Picture& picture) {
  const auto size = picture.GetBufferedRegion().GetSize();
  const float* begin = picture.GetBufferPointer();
  const float* end = begin + size[0] * size[1];
  const auto [least, most] = std::minmax_element(begin, end);
  const float offset = *least, range = std::max(*most - *least, 1e-6F);
  std::vector<float> pixels(begin, end);
  for (float& value : pixels) value = (value - offset) / range;
  return raygen::Image(static_cast<int>(size[0]), static_cast<int>(size[1]), 1, pixels.data());
}

Picture::Pointer to_itk(const raygen::Image& image) {
  const raygen::Image grey = image.grey();
  auto picture = Picture::New();
  picture->SetRegions(
      Picture::RegionType({0, 0}, {static_cast<itk::SizeValueType>(grey.width()),
                                   static_cast<itk::SizeValueType>(grey.height())}));
  picture->Allocate();
  std::copy(grey.pixels().begin(), grey.pixels().end(), picture->GetBufferPointer());
  return picture;
}

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: " << argv[0] << " MODEL IN RECONSTRUCTED GENERATED SENTENCE\n";
    return 2;
  }
  try {
    const auto model = raygen::Model::open(argv[1]);
    raygen::Encoder codec(model);
    itk::WriteImage(
        to_itk(codec.decode(codec.encode(to_raygen(*itk::ReadImage<Picture>(argv[2]))))), argv[3]);
    itk::WriteImage(to_itk(raygen::Generator(model).generate({argv[5]})[0]), argv[4]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

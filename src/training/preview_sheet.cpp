#include "training/preview_sheet.hpp"

#include "image/image.hpp"
#include "model/synthetic.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

void write_sample_sheet(const std::filesystem::path& png, const at::Tensor& images,
                        std::int64_t columns) {
  const std::int64_t count = images.size(0), channels = images.size(1), height = images.size(2),
                     width = images.size(3);
  const std::int64_t rows = (count + columns - 1) / columns;
  const at::Tensor blank = at::zeros({rows * columns, channels, height, width}, at::kFloat);
  blank.narrow(0, 0, count).copy_(images);
  const at::Tensor sheet = blank.view({rows, columns, channels, height, width})
                               .permute({0, 3, 1, 4, 2})
                               .contiguous();  // rows, height, columns, width
  Image image;
  image.width = columns * width;
  image.height = rows * height;
  image.channels = channels;
  image.pixels.assign(sheet.const_data_ptr<float>(), sheet.const_data_ptr<float>() + sheet.numel());
  image.text["Comment"] = synthetic_comment;
  write_png(image, png, 8);
}

}  // namespace raygen::engine

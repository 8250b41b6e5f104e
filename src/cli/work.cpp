#include "work.hpp"

#include <vector>

namespace raygen::cli {
namespace {

/// rows × in by in × out.
double product(double rows, double in, double out) { return 2 * rows * in * out; }

double decoder_step(const nlohmann::json& decoder, double text_length) {
  const double tokens = decoder.at("tokens"), hidden = decoder.at("hidden"),
               intermediate = decoder.at("intermediate");
  const double features = decoder.at("features");
  const auto attention = [&](double keys) {
    if (decoder.at("attention") == "fast") {
      // Feature maps of queries and keys, keys by values, queries by that; projection of the
      // output.
      return 2 * product(tokens + keys, features, hidden) + product(tokens, hidden, hidden);
    }
    const double projections =
        2 * product(tokens, hidden, hidden) + 2 * product(keys, hidden, hidden);
    return projections + 2 * product(tokens, keys, hidden);
  };
  const double feed_forward =
      product(tokens, hidden, 2 * intermediate) + product(tokens, intermediate, hidden);
  const double layer = attention(tokens) + attention(text_length) + feed_forward;
  return decoder.at("layers").get<double>() * layer +
         product(tokens, hidden, decoder.at("codebook"));
}

double convolution(double side, double kernel, double in, double out) {
  return product(side * side, kernel * kernel * in, out);
}

double residual_block(double side, double in, double out) {
  return convolution(side, 3, in, out) + convolution(side, 3, out, out) +
         (in == out ? 0 : convolution(side, 1, in, out));
}

double attention_block(double side, double channels) {
  return 4 * convolution(side, 1, channels, channels) +
         2 * product(side * side, side * side, channels);
}

double vqgan_decode(const nlohmann::json& vqgan) {
  const std::vector<double> multipliers = vqgan.at("channel_multipliers");
  const std::vector<bool> attention = vqgan.at("decoder_attention");
  const double base = vqgan.at("channels"), blocks = vqgan.at("residual_blocks");
  double side =
      vqgan.at("resolution").get<double>() / static_cast<double>(1U << (multipliers.size() - 1));
  double channels = base * multipliers.back();
  double work = convolution(side, 1, vqgan.at("embedding"), vqgan.at("z_channels")) +
                convolution(side, 3, vqgan.at("z_channels"), channels);
  work += 2 * residual_block(side, channels, channels);
  if (vqgan.at("decoder_mid_attention").get<bool>()) work += attention_block(side, channels);
  for (std::size_t level = multipliers.size(); level-- > 0;) {
    const double out = base * multipliers[level];
    for (double block = 0; block <= blocks; ++block) {
      work += residual_block(side, channels, out);
      channels = out;
      if (attention[level]) work += attention_block(side, channels);
    }
    if (level == 0) break;
    side *= 2;
    work += convolution(side, 3, channels, channels);
  }
  return work + convolution(side, 3, channels, vqgan.at("out_channels"));
}

}  // namespace

Work count_work(const nlohmann::json& architecture) {
  return {decoder_step(architecture.at("decoder"), architecture.at("text").at("length")),
          vqgan_decode(architecture.at("vqgan"))};
}

}  // namespace raygen::cli

// The generator's four parts, driven by hand: by_hand MODEL "Pneumothorax." pneumothorax.png
#include <raygen/raygen.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: " << argv[0] << " MODEL PROMPT OUT.png\n";
    return 2;
  }
  try {
    raygen::Options options;
    options.seed = 7;
    auto model = raygen::Model::open(argv[1]);
    raygen::TextEncoder text(model);
    raygen::MaskedDecoder decoder(model);
    raygen::Encoder codec(model);
    auto condition = decoder.condition(text.encode({argv[2]}));  // keys and values, once
    raygen::Sampler sampler(model.grid(), options);
    while (!sampler.done())
      sampler.step(decoder.logits(sampler.tokens(), condition, sampler.masked()));
    raygen::Image image = codec.decode(sampler.tokens());
    image.set_text("Description", argv[2]);
    image.write_png(argv[3]);
  } catch (const raygen::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

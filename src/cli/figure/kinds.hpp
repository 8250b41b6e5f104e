#pragma once
// One function a kind of figure, as commands.hpp has one a command.

#include "commands.hpp"

namespace raygen::cli {

/// The unmasking of one image, step by step.
void add_steps_figure(CLI::App* figure, Chosen& chosen);
/// Prompts down, seeds across.
void add_prompts_figure(CLI::App* figure, Chosen& chosen);
/// Temperatures down, steps across, a grid for each top-k threshold.
void add_decoding_figure(CLI::App* figure, Chosen& chosen);
/// The first images of each class of a folder.
void add_classes_figure(CLI::App* figure, Chosen& chosen);
/// Before, after and difference.
void add_edit_figure(CLI::App* figure, Chosen& chosen);

}  // namespace raygen::cli

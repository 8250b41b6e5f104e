#pragma once
// DCMTK's log, which is silent while code of ours is in DCMTK.

#include <dcmtk/config/osconfig.h>

#include "quiet_log.hpp"

#include <dcmtk/oflog/oflog.h>

namespace raygen::engine {

inline LogLevel<dcmtk::log4cplus::LogLevel> dcmtk_log(
    [] { return dcmtk::log4cplus::Logger::getRoot().getLogLevel(); },
    [](dcmtk::log4cplus::LogLevel level) {
      dcmtk::log4cplus::Logger::getRoot().setLogLevel(level);
    },
    dcmtk::log4cplus::OFF_LOG_LEVEL);
using DcmtkIsQuiet = LogLevel<dcmtk::log4cplus::LogLevel>::Quiet;

}  // namespace raygen::engine

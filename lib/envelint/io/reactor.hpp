#pragma once

#include <envelint/io/event_loop.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

/// What Asio has to do with the loop. Only for source files: no public header names a type of Asio.
namespace envelint::io {

struct EventLoop::Reactor {
  asio::io_context context{1};  // one thread runs it; others may post to it
  asio::executor_work_guard<asio::io_context::executor_type> idle_is_no_end{context.get_executor()};
};

}  // namespace envelint::io

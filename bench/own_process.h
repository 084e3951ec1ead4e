// Work in a process of its own that is a copy of this one: what others leave behind in theirs
// (a heap full of holes, threads that wait) does not reach it.
#pragma once

#include <functional>
#include <string>

namespace boostyard::bench {

// Forks; the child runs `work` and gives its bytes back. This process must have no threads: a copy
// has only the one that forks. Throws PeerError with the message of what `work` threw, or that the
// child ended by itself.
std::string InOwnProcess(const std::function<std::string()>& work);

}  // namespace boostyard::bench

// The threads of this process: one pool, whoever asks. Two pools would wait for work on the same
// processors, and a thread that waits for work takes turns from one that has some.
#pragma once

namespace boostyard {

// Runs task(context, part) once for each part in [0, parts), on the calling thread and the pool's,
// and waits for all. The pool grows to the largest number of parts asked for. Each thread takes the
// part of its own number, then any part that nobody has taken: where a worker gets no processor
// (other jobs run, the quota is used up), the others do its part and do not wait for it. One call
// at a time has the pool; a call from within a part, or from another thread meanwhile, does its
// parts one after the other. `task` must not throw. Throws std::bad_alloc.
void RunParts(int parts, void (*task)(const void* context, int part), const void* context);

}  // namespace boostyard

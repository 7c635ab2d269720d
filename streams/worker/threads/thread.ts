/** Where a thread of `workerThreads` begins. */
import { runThread } from './run-thread'

void runThread()

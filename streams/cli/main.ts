import { runMillrace } from './program'

void runMillrace()

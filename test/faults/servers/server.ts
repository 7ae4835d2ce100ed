/** A server of the rig's own, on a port of 127.0.0.1 that it keeps over all its starts. */
export interface Server {
  port: number;
  /** Returns once it answers; also after `stop` and `kill`. */
  start(): Promise<void>;
  /** As an operator would. May be called in any state but paused, and twice. */
  stop(): Promise<void>;
  /** SIGKILL to all of its processes; returns when they are gone. */
  kill(): Promise<void>;
  /** SIGSTOP to all of its processes: connections stand, and nothing is answered. */
  pause(): void;
  resume(): void;
}

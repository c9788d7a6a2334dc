import { failure, type TidegateError } from '../../common/errors.ts';

export function unsafeFolder(folder: string, why: string): TidegateError {
  return failure('agent.unsafe', {
    message: `The folder ${folder}, where an agent says how to reach it, cannot be trusted: ${why}.`,
    hint: `Remove it, or "chmod 700" it when it is yours; or set XDG_RUNTIME_DIR to a folder of your own.`,
    data: { folder },
  });
}

export function alreadyRunning(pid: number): TidegateError {
  return failure('agent.running', {
    message: `An agent of yours runs already (process ${pid}).`,
    hint: `Clients use that one. To have another: "kill ${pid}", which lets its rollouts end.`,
    data: { pid },
  });
}

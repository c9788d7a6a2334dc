import { failure, type TidegateError } from '../../common/errors.ts';

export function alreadyRunning(pid: number): TidegateError {
  return failure('agent.running', {
    message: `An agent of yours runs already (process ${pid}).`,
    hint: `Clients use that one. To have another: "kill ${pid}", which lets its rollouts end.`,
    data: { pid },
  });
}

import type { OsErrorType } from '../worker/messages';

/** An error of a file operation, as the system would say it. It names no file: the caller knows which one it asked for. */
export class OsError extends Error {
  constructor(
    /** The Python exception. */
    readonly type: OsErrorType,
    readonly errno: number,
    message: string
  ) {
    super(message);
  }
}

export const ERRNO = {
  IO: 5,
  FBIG: 27,
  NAMETOOLONG: 36,
  NOSPC: 28,
  INVAL: 22,
  BUSY: 16,
  XDEV: 18,
  NOTEMPTY: 39,
  ROFS: 30
} as const;

export function missing(): OsError {
  return new OsError('FileNotFoundError', 2, 'No such file or directory');
}

export function exists(): OsError {
  return new OsError('FileExistsError', 17, 'File exists');
}

export function isFolder(what = 'Is a directory'): OsError {
  return new OsError('IsADirectoryError', 21, what);
}

export function notFolder(): OsError {
  return new OsError('NotADirectoryError', 20, 'Not a directory');
}

export function denied(why: string, errno = 13): OsError {
  return new OsError('PermissionError', errno, why);
}

export function other(errno: keyof typeof ERRNO, why: string): OsError {
  return new OsError('OSError', ERRNO[errno], why);
}

/** Whether the error means that nothing is at a path, or that it cannot be reached. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof OsError &&
    (['FileNotFoundError', 'NotADirectoryError', 'PermissionError'].includes(error.type) ||
      error.errno === ERRNO.NAMETOOLONG)
  );
}

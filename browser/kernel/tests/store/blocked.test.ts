import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { SiteDatabase } from '../../src/store/database';

vi.mock(import('../../src/store/schema'), async original => ({ ...(await original()), VERSION: 2 as never }));

it('an older version in another tab, which keeps the database, is waited for by nobody', async () => {
  const database = new SiteDatabase('https://host/');
  const older = await new Promise<IDBDatabase>(resolve => {
    const request = indexedDB.open(database.name, 1);
    request.onsuccess = () => {
      resolve(request.result);
    };
  });
  const read = (): Promise<number> => database.read(connection => connection.count('sessions'));
  await expect(read()).rejects.toThrow(
    'another tab has this site open with an older version of the kernel; close that tab'
  );
  older.close();
  expect(await read()).toBe(0);
  await database.close();
});

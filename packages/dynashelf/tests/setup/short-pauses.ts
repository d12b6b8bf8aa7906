// Pauses before something is tried again last a random time from 0 on, here and in the AWS SDK: for tests in which
// they come in scores, a time near 0. How long they last is tested where they are made.

/** Called at the top of a test file. */
export function useShortPauses(): void {
  let random: jest.SpyInstance;
  beforeAll(() => {
    random = jest.spyOn(Math, 'random').mockReturnValue(0.001);
  });
  afterAll(() => random.mockRestore());
}

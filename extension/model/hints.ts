/**
 * Hints are written by the agent for every client, and name commands of a terminal. Whoever reads them in an editor is
 * told what the palette calls the same. Pure.
 */
const palette: readonly (readonly [command: RegExp, title: string])[] = [
  [/^tidegate status\b/, 'Focus on Environments View'],
  [/^tidegate releases\b/, 'Focus on Releases View'],
  [/^tidegate setup(?: \S+)?$/, 'Tidegate: Set Up Environment'],
  [/^tidegate setup \S+ --upgrade-edge$/, 'Tidegate: Upgrade Edge…'],
  [/^tidegate edge forget\b/, 'Tidegate: Forget Edge…'],
  [/^tidegate maintenance on\b/, 'Tidegate: Put Up Maintenance Page'],
  [/^tidegate maintenance off\b/, 'Tidegate: Take Maintenance Page Away'],
  [/^tidegate cert set\b/, 'Tidegate: Set Certificate…'],
  [/^tidegate deploy(?: [^- ]\S*)*$/, 'Tidegate: Deploy…'],
  [/^tidegate promote\b/, 'Tidegate: Promote'],
  [/^tidegate abort\b/, 'Tidegate: Abort'],
  [/^tidegate rollback \S+ \S+$/, 'Tidegate: Roll Back to Tag…'],
  [/^tidegate rollback(?: \S+)?$/, 'Tidegate: Roll Back'],
  [/^tidegate down\b/, 'Tidegate: Take Down…'],
  [/^tidegate logs\b/, 'Tidegate: Show Logs'],
  [/^tidegate validate$/, 'View: Show Problems'],
  [/^tidegate validate --fix$/, 'Tidegate: Fix Problems'],
  [/^tidegate init$/, 'Tidegate: Set Up This Project'],
  [/^docker swarm init$/, 'Tidegate: Turn On Swarm Mode…'],
];

/** What the palette has no word for stays as it is. */
export function hintForEditor(hint: string): string {
  return hint.replaceAll(/"([^"\n]+)"/g, (quoted, command: string) => {
    const title = palette.find(([pattern]) => pattern.test(command))?.[1];
    return title === undefined ? quoted : `"${title}"`;
  });
}

/** Broken stores often fail at the far end of one of these axes. */
export type Axis = 'number' | 'size' | 'parallelism' | 'time' | 'repetition'

/** The rules that test the far end of an axis. */
const byAxis: Readonly<Record<Axis, string>> = {
  number: 'ENU-03 ENU-06 REC-02 REC-04 CON-03 CON-09 SID-15 RT-20 MDL-01',
  size: 'RT-10 RT-11 RT-13 SID-10 CON-05',
  parallelism:
    'CON-03 CON-04 CON-05 CON-06 CON-07 CON-08 CON-09 CON-10 CON-11 CON-12 CON-13 CON-14 CON-15 CAS-06 CAS-12 CAS-15 INS-01 EXC-03 REN-05 REN-06 DEL-10 EXP-22 TCH-16 ENU-11 NS-07',
  time: 'EXP-01 EXP-02 EXP-03 EXP-04 EXP-05 EXP-07 EXP-08 EXP-09 EXP-10 EXP-11 EXP-14 EXP-15 EXP-16 EXP-17 EXP-18 EXP-19 EXP-20 EXP-21 EXP-22 TCH-01 TCH-05 TCH-06 TCH-07 TCH-12 TCH-13 TCH-14 TCH-15 TCH-16 DEL-04 DEL-11 COR-08 REC-03 REC-05 CAS-05 CAS-13 REN-01 REN-02 REN-03 REN-04 ISO-04 LIF-01 LIF-02 LIF-04',
  repetition:
    'API-04 API-07 API-13 CON-01 CON-02 DEL-02 DEL-05 DEL-06 ENU-04 ENU-09 ERR-08 ERR-09 ERR-13 ERR-14 EXC-06 REN-08 EVT-02 EXP-14 EXP-17 ISO-03 LIF-03 MDL-01 TCH-13 TCH-14 NS-07',
}

/** The axes whose far end this rule tests. */
export function axesOf(id: string): Axis[] {
  return (Object.keys(byAxis) as Axis[]).filter(axis => byAxis[axis].split(' ').includes(id))
}

/** Broken stores often fail at the far end of one of these axes. */
export type Axis = 'number' | 'size' | 'parallelism' | 'time' | 'repetition'

/** The rules that test the far end of an axis. */
const byAxis: Readonly<Record<Axis, string>> = {
  number: 'API-04 CON-03 CON-09 CON-17 ENU-03 ENU-06 REC-02 REC-04 RT-08 RT-20 RT-25 SID-15',
  size: 'CON-05 ENU-07 RT-13 RT-14 RT-20 RT-25 RT-26 SID-10 TCH-02',
  parallelism:
    'API-04 CAS-06 CAS-12 CAS-15 CON-03 CON-04 CON-05 CON-06 CON-07 CON-08 CON-09 CON-10 CON-11 CON-12 CON-13 CON-14 CON-15 CON-16 DEL-10 ENU-11 ERR-12 ERR-14 EXC-03 EXP-22 INS-01 ISO-03 LIF-06 NS-07 REN-05 REN-06 TCH-16',
  time: 'API-10 CAS-05 CAS-13 COR-08 DEL-04 DEL-11 ERR-12 EVT-01 EVT-04 EXC-04 EXC-05 EXP-01 EXP-02 EXP-03 EXP-04 EXP-05 EXP-06 EXP-07 EXP-08 EXP-09 EXP-10 EXP-11 EXP-14 EXP-15 EXP-16 EXP-17 EXP-18 EXP-19 EXP-20 EXP-21 EXP-22 EXP-23 INS-03 ISO-01 ISO-02 ISO-04 ISO-05 ISO-06 ISO-07 LIF-01 LIF-02 LIF-03 LIF-04 LIF-05 LIF-06 REC-03 REC-05 REN-01 REN-02 REN-03 REN-04 RT-17 TCH-01 TCH-05 TCH-06 TCH-07 TCH-08 TCH-09 TCH-10 TCH-12 TCH-13 TCH-14 TCH-15 TCH-16',
  repetition:
    'API-04 API-06 API-07 API-13 API-15 CAS-01 CAS-09 CON-01 CON-02 CON-16 DEL-02 DEL-05 DEL-06 DEL-07 ENU-02 ENU-04 ENU-05 ENU-09 ENU-10 ERR-01 ERR-02 ERR-03 ERR-04 ERR-05 ERR-06 ERR-07 ERR-08 ERR-09 ERR-13 ERR-14 EVT-02 EXC-02 EXC-06 EXP-14 EXP-17 EXP-23 ISO-02 ISO-03 ISO-05 LIF-03 MDL-01 NS-07 REN-07 REN-08 RT-13 RT-15 SID-10 TCH-01 TCH-02 TCH-13 TCH-14',
}

/** The axes whose far end this rule tests. */
export function axesOf(id: string): Axis[] {
  return (Object.keys(byAxis) as Axis[]).filter(axis => byAxis[axis].split(' ').includes(id))
}

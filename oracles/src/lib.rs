//! Nothing but tests, in `tests/`: each holds a part of jacolbert against another program. They are a package of
//! their own since these programs take long to compile.

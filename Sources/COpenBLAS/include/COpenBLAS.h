#pragma once

#include <cblas.h>

/// The functions of OpenBLAS that we call, found in the library when it is first asked for.
///
/// Loading it starts its threads and probes the processor: 10 ms and a spinning thread that only a
/// process which multiplies matrices should pay for, not every `mlctl get`. It also lets us set the
/// number of threads before the library reads it: the mere presence of its threads changes which
/// kernels are chosen.
struct COpenBLASFunctions {
    __typeof__(&cblas_sgemm) _Nonnull sgemm;
    __typeof__(&openblas_get_corename) _Nonnull corename;
    __typeof__(&openblas_get_config) _Nonnull config;
};

/// The library of this process, loaded once for one thread; NULL when it cannot be had.
const struct COpenBLASFunctions *_Nullable COpenBLASLoad(void);

/// Why the library cannot be had, in the loader's words; empty before and after success.
const char *_Nonnull COpenBLASProblem(void);

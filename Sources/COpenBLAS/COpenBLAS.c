#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The name that distributions give the library's interface.
static const char fileName[] = "libopenblas.so.0";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct COpenBLASFunctions functions;
static int isLoaded = 0;
static char problem[512] = "";

static void *find(void *library, const char *name) {
    void *function = library ? dlsym(library, name) : NULL;
    if (!function && !problem[0]) {
        const char *words = dlerror();
        snprintf(problem, sizeof problem, "%s", words ? words : fileName);
    }
    return function;
}

static void load(void) {
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    void *library = dlopen(fileName, RTLD_NOW | RTLD_LOCAL);
    functions.sgemm = (__typeof__(functions.sgemm))find(library, "cblas_sgemm");
    functions.corename = (__typeof__(functions.corename))find(library, "openblas_get_corename");
    functions.config = (__typeof__(functions.config))find(library, "openblas_get_config");
    isLoaded = functions.sgemm && functions.corename && functions.config;
}

const struct COpenBLASFunctions *COpenBLASLoad(void) {
    pthread_once(&once, load);
    return isLoaded ? &functions : NULL;
}

const char *COpenBLASProblem(void) { return problem; }

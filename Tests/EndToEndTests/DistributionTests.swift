import Foundation
import Testing

/// What `make dist` packs runs from its own folder, with its own libraries.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DistributionTests {
    @Test func thePackBringsItsLibraries() throws {
        let folder = NSTemporaryDirectory() + "mlctl-dist-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func run(_ words: [String], _ environment: [String: String]) throws -> (Int32, String) {
            let output = "\(folder)/out-\(UInt32.random(in: 0 ... .max))"
            let process = try ChildProcess(
                words, environment: environment, output: output, errors: output)
            let code = process.wait()
            return (code, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
        }
        let environment = ProcessInfo.processInfo.environment
        let (code, output) = try run(
            [
                RealCluster.root + "/deploy/dist/make-dist", "--binary", RealCluster.executable,
                "--output", folder, "--no-archive",
            ], environment)
        try #require(code == 0, "\(output)")
        #expect(output.contains("glibc"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(names.first { $0.hasPrefix("mlctl-") })
        let pack = "\(folder)/\(name)"
        let libraries = try FileManager.default.contentsOfDirectory(atPath: "\(pack)/lib")
        for library in ["libzmq.so.5", "libopenblas.so.0", "libcrypto.so.3", "libz.so.1"] {
            #expect(libraries.contains(library), "\(libraries)")
        }
        #expect(!libraries.contains { $0.hasPrefix("libc.so") || $0.hasPrefix("ld-linux") })
        // Nothing of the environment helps it to find them.
        let (version, text) = try run(["\(pack)/bin/mlctl", "version"], [:])
        #expect(version == 0, "\(text)")
        let (_, needed) = try run(["/usr/bin/ldd", "\(pack)/bin/mlctl"], ["PATH": "/usr/bin:/bin"])
        let elsewhere = needed.split(separator: "\n").filter { line in
            let isOwn = line.contains("\(pack)/") || line.contains("/bin/../lib/")
            let isSystem = [
                "libc.so", "libm.so", "ld-linux", "linux-vdso", "libdl.so",
                "libpthread.so", "librt.so", "libresolv.so", "libutil.so", "libanl.so",
            ]
            .contains { line.contains($0) }
            // A program built for debugging takes the Swift runtime from its toolchain.
            let isToolchain = line.contains("/swift/linux/")
            return !isOwn && !isSystem && !isToolchain
        }
        #expect(elsewhere.isEmpty, "\(elsewhere)")
    }
}

import Foundation

/// What a host says of itself.
package enum HostFacts {
    /// CPU features that decide kernels, as `/proc/cpuinfo` names them.
    private static let interesting: Set<String> = [
        "avx", "avx2", "fma", "f16c", "bmi2", "avx512f", "avx512bw", "avx512dq", "avx512vl",
        "avx512_bf16", "aes",
    ]

    /// The CPU features of this host that matter here, sorted.
    package static let features: [String] = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
        let words = line.split(separator: " ").map(String.init)
        return words.filter { interesting.contains($0) }.sorted()
    }()

    /// The OpenBLAS core types this host can run, least first; empty when it lacks AVX2 or FMA.
    package static var coreTypes: [String] {
        let has = Set(features)
        guard has.isSuperset(of: ["avx2", "fma"]) else { return [] }
        let isWide = has.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"])
        return isWide ? ["Haswell", "SkylakeX"] : ["Haswell"]
    }

    /// Processors that this process may use.
    package static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// What tells this machine from others over all boots; empty when the system keeps no such id.
    package static let machineID: String = {
        let text = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? ""
        return String(text.prefix { $0.isHexDigit }.prefix(64))
    }()

    /// Bytes of memory of the host.
    package static var memoryBytes: Int64 { Int64(ProcessInfo.processInfo.physicalMemory) }
}

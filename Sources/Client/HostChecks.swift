import Foundation

/// What `mlctl doctor` says of facts about a host; looks at nothing itself.
package enum HostChecks {
    /// The clock difference from which on times in lists mislead, in milliseconds.
    package static let tolerableClock: Int64 = 2_000
    /// Free bytes below which a host is nearly full.
    package static let littleDisk: Int64 = 2 << 30
    /// Memory below which little fits, in bytes.
    package static let littleMemory: Int64 = 1 << 30

    /// The difference of the clocks: `before` and `after` a question are this host's, `there` the
    /// scheduler's, all in milliseconds since 1970.
    package static func clock(before: Int64, after: Int64, there: Int64) -> DoctorFinding {
        let difference = there - (before + after) / 2
        // What the way took may be all of it.
        let certain = max(0, abs(difference) - (after - before) / 2)
        let text = "\(difference) ms from the scheduler's (±\((after - before + 1) / 2) ms)"
        guard certain > tolerableClock else { return DoctorFinding("clock", .ok, text) }
        return DoctorFinding(
            "clock", .warning, text,
            cure: "nothing breaks, but times in lists mislead: start chrony or systemd-timesyncd")
    }

    /// Free space where state is kept.
    package static func disk(free: Int64?, folder: String) -> DoctorFinding {
        guard let free else {
            return DoctorFinding(
                "disk", .problem, "\(folder) cannot be looked at",
                cure: "make the folder, or choose another with MLCTL_STATE")
        }
        let text = "\(free >> 20) MiB free in \(folder)"
        guard free < littleDisk else { return DoctorFinding("disk", .ok, text) }
        return DoctorFinding(
            "disk", free < littleDisk / 4 ? .problem : .warning, text,
            cure: "free some: below freeDiskFloor (512 MiB) nothing new is accepted")
    }

    /// Memory, from the text of `/proc/meminfo`.
    package static func memory(_ text: String) -> DoctorFinding {
        func kibibytes(_ name: String) -> Int64? {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }.flatMap {
                $0.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
            }
        }
        guard let total = kibibytes("MemTotal"), let free = kibibytes("MemAvailable") else {
            return DoctorFinding("memory", .warning, "/proc/meminfo cannot be read")
        }
        let found = "\(total >> 10) MiB, \(free >> 10) MiB available"
        guard free << 10 < littleMemory else { return DoctorFinding("memory", .ok, found) }
        return DoctorFinding(
            "memory", .warning, found,
            cure: "end something, or offer less: mlctl worker --memory MIB")
    }

    /// Processor features.
    package static func processor(features: [String], cores: Int) -> DoctorFinding {
        let found = "\(cores) cores, \(features.joined(separator: " "))"
        let missing = ["avx2", "fma"].filter { !features.contains($0) }
        guard !missing.isEmpty else { return DoctorFinding("processor", .ok, found) }
        return DoctorFinding(
            "processor", .problem, "no \(missing.joined(separator: ", no ")) (\(found))",
            cure: "training needs x86-64-v3; in a virtual machine pass the host's processor on "
                + "(cpu mode host-passthrough)")
    }

    /// What stands at `/sys/fs/cgroup`.
    package static func cgroups(
        isUnified: Bool, isMounted: Bool, controllers: String
    ) -> DoctorFinding {
        guard isUnified else {
            return DoctorFinding(
                "cgroups", .warning, isMounted ? "version 1" : "not mounted",
                cure: "limits of commands need version 2: boot with "
                    + "systemd.unified_cgroup_hierarchy=1")
        }
        let has = Set(controllers.split(whereSeparator: \.isWhitespace).map(String.init))
        let missing = ["cpu", "memory", "pids"].filter { !has.contains($0) }
        guard !missing.isEmpty else { return DoctorFinding("cgroups", .ok, "version 2") }
        return DoctorFinding(
            "cgroups", .warning, "version 2 without \(missing.joined(separator: ", "))",
            cure: "run the worker as the system unit of deploy/systemd (Delegate=yes)")
    }

    /// Proxy variables that would lead requests to the scheduler astray.
    package static func proxies(
        _ environment: [String: String], server: ServerAddress
    ) -> DoctorFinding {
        let names = ["http_proxy", "https_proxy", "all_proxy"].filter { name in
            !(environment[name] ?? environment[name.uppercased()] ?? "").isEmpty
        }
        guard !names.isEmpty else { return DoctorFinding("proxies", .ok, "none") }
        let list = names.joined(separator: ", ")
        do throws(ClientFailure) {
            guard
                try ProxyChoice.proxy(for: server, environment: environment) != nil
            else {
                return DoctorFinding("proxies", .ok, "\(list) set, not used for \(server)")
            }
        } catch {
            return DoctorFinding("proxies", .problem, error.message, cure: "correct or unset it")
        }
        return DoctorFinding(
            "proxies", .warning, "\(list) set: requests to \(server) go through a proxy",
            cure: "if it does not know the scheduler: export no_proxy=\(server.host)")
    }

    /// This host's proof of a kernel beside those of the cluster's nodes.
    package static func fingerprint(
        coreType: String, digest: String?, others: [(node: String, digest: String)]
    ) -> DoctorFinding {
        guard let digest else {
            return DoctorFinding(
                "kernel", .problem, "\(coreType): the computation could not be proved",
                cure: "is libopenblas.so.0 there (make dist brings it along)?")
        }
        let different = others.filter { $0.digest != digest }
        let text = "\(coreType) \(digest.prefix(8))"
        guard !different.isEmpty else {
            let same = others.isEmpty ? "" : ", as on \(others.count) nodes"
            return DoctorFinding("kernel", .ok, text + same)
        }
        return DoctorFinding(
            "kernel", .warning,
            "\(text), other bits on \(different.map(\.node).joined(separator: ", "))",
            cure: "hosts of different bits never share a job: install the same make dist on all")
    }

    /// Whether a port of another host can be reached; `reason` says why not.
    package static func port(
        _ name: String, _ address: String, reason: String?
    ) -> DoctorFinding {
        guard let reason else { return DoctorFinding("port", .ok, "\(name) \(address) is open") }
        return DoctorFinding(
            "port", .problem, "\(name) \(address): \(reason)",
            cure: "is the scheduler running with that address, and does a firewall let it through?")
    }

    /// What was not looked at, because the API of a scheduler's host cannot be asked from here; no
    /// worker needs it.
    package static func unasked(_ host: String, reason: String) -> DoctorFinding {
        DoctorFinding(
            "scheduler", .warning,
            "the API of \(host) was not asked (\(reason)), so neither its clock nor the way back "
                + "to this host was looked at",
            cure: "workers need no API; for these two: mlctl config set NAME --server "
                + "https://\(host):7070 --token-file FILE --certificate-file FILE")
    }

    /// Whether other hosts reach a port of this one.
    package static func reach(port: Int, answer: String?) -> DoctorFinding {
        guard let answer else {
            return DoctorFinding("reach", .ok, "the scheduler's host reaches port \(port) here")
        }
        return DoctorFinding(
            "reach", .problem, "port \(port) of this host: \(answer)",
            cure: "trainers of other hosts must reach it: open it, or name another with "
                + "mlctl worker --exchange HOST:PORT")
    }
}

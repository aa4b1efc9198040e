/// Where the control socket is if nobody names it.
public enum ControlPath {
    /// `$AEROSTAT_CONTROL`, else `aerostat.sock` in `$XDG_RUNTIME_DIR`, else in `/run`.
    public static func standard(environment: [String: String]) -> String {
        if let path = environment["AEROSTAT_CONTROL"], !path.isEmpty { return path }
        if let folder = environment["XDG_RUNTIME_DIR"], !folder.isEmpty { return folder + "/aerostat.sock" }
        return "/run/aerostat.sock"
    }
}

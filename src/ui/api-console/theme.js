// Dark or light, before anything is drawn: as chosen here before, else as the system has it.
{
  const chosen = localStorage.getItem("berth-theme");
  const isDark = chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  document.documentElement.classList.toggle("dark-mode", isDark);
}
